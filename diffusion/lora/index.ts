export { readLora, type LinearLayers, type LoraFile, type LoraModules, type LoraPair } from './read-lora.ts'
export { stackLoras, type LoraStack } from './stack-loras.ts'
export {
  mergedWeights, mergeEach, mergeLoras, unmergeLoras, type MergedWeight, type MergeIdentity, type MergeOptions,
} from './merge-loras.ts'
export type { AppliedLora } from './factors.ts'
export type { LoraTarget } from './lora-keys.ts'
