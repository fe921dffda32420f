/** Graphs, weights and sessions: everything between a model's description and ONNX Runtime. */
export * from './graph/index.ts'
export * from './holding/index.ts'
export * from './ops/index.ts'
export * from './runtime/index.ts'
export * from './weights/index.ts'
