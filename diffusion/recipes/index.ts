export { describeDiT, withMotionModule, withWeights } from './describe-dit.ts'
export type { Described } from './describe-dit.ts'
export { describeTextEncoder } from './describe-text-encoder.ts'
export { describeVae } from './describe-vae.ts'
export type {
  DescribeOptions,
  LoraUse,
  ModelRecipe,
  Recipe,
  TextEncoderRecipe,
  VaeRecipe,
  WeightsFile,
} from './recipe.ts'
export { withLora } from './with-lora.ts'
export type { LoraHosts, WithLora } from './with-lora.ts'
