export * from './load.ts'
export * from './plugin.ts'
export * from './registry.ts'
