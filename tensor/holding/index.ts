export * from './linear.ts'
export * from './weight-error.ts'
export * from './weights.ts'
