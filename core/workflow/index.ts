export * from './problem.ts'
export * from './workflow-error.ts'
export * from './workflow.ts'
