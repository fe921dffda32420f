/** MODEL, TEXT_ENCODER and VAE as workflows pass them: plain data that says how to make a model, never a session. */
import type { FileIdentity } from '../../tensor/index.ts'
import type { HoldWish } from '../holding.ts'
import type { T5Config } from '../text/t5-config.ts'
import type { PixArtConfig } from '../transformer/config.ts'
import type { MotionConfig } from '../transformer/motion-config.ts'
import type { KlConfig } from '../vae/kl-config.ts'

/** A checkpoint that a model is made of. */
export interface WeightsFile {
  readonly role: 'base' | 'motion-module' | 'weights'
  /** What to open: a file, an index of shards, or a folder. */
  readonly path: string
  /** What lay there when it was described, shards in order. */
  readonly files: readonly FileIdentity[]
}

/** A LoRA on a model. */
export interface LoraUse {
  readonly path: string
  readonly files: readonly FileIdentity[]
  /** 0: no effect, 1: as trained. */
  readonly strength: number
  /** `branch`: computed beside the weights, `merge`: added into a copy of them once. */
  readonly mode: 'branch' | 'merge'
}

/** What all recipes have. */
interface RecipeBase {
  /** In the order in which they are laid over each other: the later wins. */
  readonly weights: readonly WeightsFile[]
  readonly hold: HoldWish
}

/** How to make a diffusion transformer. */
export interface ModelRecipe extends RecipeBase {
  readonly kind: 'model'
  /** `pixart`: pictures; `easyanimate-v1`: videos, by a motion module. */
  readonly family: 'pixart' | 'easyanimate-v1'
  readonly config: PixArtConfig
  readonly motion: MotionConfig | null
  readonly loras: readonly LoraUse[]
}

/** How to make a text encoder, with the tokenizer that goes before it. */
export interface TextEncoderRecipe extends RecipeBase {
  readonly kind: 'text-encoder'
  readonly family: 't5'
  readonly config: T5Config
  /** Folder of the tokenizer; null where none was found. */
  readonly tokenizer: string | null
  readonly loras: readonly LoraUse[]
}

/** How to make an autoencoder. */
export interface VaeRecipe extends RecipeBase {
  readonly kind: 'vae'
  readonly family: 'kl'
  readonly config: KlConfig
}

export type Recipe = ModelRecipe | TextEncoderRecipe | VaeRecipe

/** Options of the describing functions. */
export interface DescribeOptions {
  /** How the weights are to be held; 'auto' (default) follows the memory there is when the model is opened. */
  readonly hold?: HoldWish
  /** The weights, where they do not lie in the folder under a usual name. */
  readonly weights?: string
}
