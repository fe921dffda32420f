/** The engine and the plugin API: `import { defineNode, port } from 'kinograph'`. */
export * from './cache/index.ts'
export * from './comfy/index.ts'
export * from './plugins/index.ts'
export * from './run/index.ts'
export * from './types/index.ts'
export * from './workflow/index.ts'
