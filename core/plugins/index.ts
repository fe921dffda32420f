export * from './plugin.ts'
export * from './registry.ts'
