/** What models take in memory, told by their configuration and the size of what they work on. Bytes. */
import type { Latent } from './latent.ts'
import type { Wanted } from './layers/wanted.ts'
import { wantedByModel } from './recipes/describe-dit.ts'
import { wantedByT5 } from './recipes/describe-text-encoder.ts'
import { wantedByVae } from './recipes/describe-vae.ts'
import type { ModelShape } from './sample-checks.ts'
import type { T5Config } from './text/t5-config.ts'
import type { KlConfig } from './vae/kl-config.ts'

/**
 * What a sampler's step keeps beside the weights. A rough figure: what a block keeps at once, the hidden width of its
 * MLP and of the motion module's included.
 * @param shape of the latent
 * @param copies how many conditionings go through at once: 2 with guidance
 */
export function samplerActivations(
  { config, motion }: Pick<ModelShape, 'config' | 'motion'>,
  [batch, , frames, height, width]: Latent['shape'],
  copies: number,
): number {
  const tokens = copies * samplerTokens({ config }, [batch, 0, frames, height, width])
  return 4 * tokens * config.width * (motion ? 20 : 14)
}

/** How many tokens a transformer makes of a latent. */
export const samplerTokens = ({ config }: Pick<ModelShape, 'config'>, [batch, , frames, height, width]: Latent['shape']): number =>
  batch * frames * Math.ceil(height / config.patch) * Math.ceil(width / config.patch)

/** What an autoencoder keeps for a frame of so many pixels: four planes of its finest levels. */
export const autoencoderActivations = (config: KlConfig, { height, width }: { height: number; width: number }): number =>
  4 * 4 * height * width * Math.max(...config.channels.slice(0, 2))

/** What a text encoder keeps for so many texts of so many tokens: two matrices of scores and a block's layers. */
export function textActivations(config: T5Config, [batch, length]: readonly [batch: number, length: number]): number {
  const scores = config.heads * length * length
  return 4 * batch * (2 * scores + length * (6 * config.width + 3 * config.inner))
}

/** The weights of a transformer, with its motion module, as float32. */
export const modelWeights = (model: ModelShape): number => bytesOf(wantedByModel(model))
/** The weights of a text encoder as float32. */
export const textEncoderWeights = (config: T5Config): number => bytesOf(wantedByT5(config))
/** The weights of an autoencoder, both halves, as float32. */
export const vaeWeights = (config: KlConfig): number => bytesOf(wantedByVae(config))

function bytesOf({ keys }: Wanted): number {
  let sum = 0
  for (const shape of keys.values()) sum += 4 * shape.reduce((a, b) => a * b, 1)
  return sum
}
