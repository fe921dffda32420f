export { Generator, type GeneratorState } from './generator.ts'
export type { RealType } from './normal.ts'
