import { DiffusionError } from './error.ts'

/** Pictures or videos as an autoencoder sees them. Plain data. */
export interface Latent {
  readonly data: Float32Array
  /** [batch, channels, frames, height, width] */
  readonly shape: readonly [batch: number, channels: number, frames: number, height: number, width: number]
  /** The autoencoder that made it, or that will read it. */
  readonly family: 'kl'
  /** How frames became latent frames: `each`, one by one. */
  readonly frameRule: 'each'
  /**
   * What the autoencoder's numbers were multiplied by. It belongs to the pipeline: EasyAnimate V1 uses 0.18215 whatever
   * the autoencoder's config says; `config` stands for the config's scaling_factor.
   */
  readonly scale: number | 'config'
}

/** EasyAnimate V1's factor, a literal in its pipeline. */
export const EASYANIMATE_SCALE = 0.18215

/** Pixels along a side of one latent pixel, in the autoencoders that the published models use. */
const PIXELS_PER_LATENT = 8

export interface LatentSize {
  /** Pixels. */
  readonly width: number
  readonly height: number
  readonly frames?: number
  readonly batch?: number
}

/**
 * The size of something new; holds zeros, for the sampler to put noise in their place.
 * @throws DiffusionError naming width, height, frames or batch
 */
export function emptyLatent(
  { width, height, frames = 1, batch = 1 }: LatentSize,
  { channels = 4, pixelsPerLatent = PIXELS_PER_LATENT } = {},
): Latent {
  const sides = Object.entries({ height, width }).map(([field, pixels]) => {
    if (Number.isInteger(pixels) && pixels > 0 && pixels % pixelsPerLatent === 0) return pixels / pixelsPerLatent
    throw new DiffusionError({
      field,
      expected: `a multiple of ${pixelsPerLatent} pixels`,
      found: String(pixels),
      remedy: `Set it to ${Math.max(1, Math.round(pixels / pixelsPerLatent) || 1) * pixelsPerLatent}.`,
    })
  })
  for (const [field, count] of Object.entries({ frames, batch })) {
    if (Number.isInteger(count) && count > 0) continue
    throw new DiffusionError({
      field,
      expected: 'a whole number above 0',
      found: String(count),
      remedy: 'Set it to 1 or more.',
    })
  }
  const shape = [batch, channels, frames, sides[0]!, sides[1]!] as const
  return { data: new Float32Array(checkLatentCount(shape)), shape, family: 'kl', frameRule: 'each', scale: EASYANIMATE_SCALE }
}

/** Most numbers of a latent: 4 GB. */
const MOST_NUMBERS = 2 ** 30

/**
 * How many numbers a latent holds.
 * @throws DiffusionError when they are more than are held
 */
export function checkLatentCount(shape: Latent['shape']): number {
  const count = shape.reduce((a, b) => a * b, 1)
  if (count <= MOST_NUMBERS) return count
  throw new DiffusionError({
    field: 'width',
    expected: 'at most a thousand million latent numbers',
    found: String(count),
    remedy: 'Make the picture smaller, the video shorter, or the batch smaller.',
  })
}
