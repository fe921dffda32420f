export * from './api-version.ts'
export * from './load.ts'
export * from './plugin.ts'
export * from './registry.ts'
