/** What of a request a model cannot do, found before anything is opened. */
import { DiffusionError } from './error.ts'
import type { Latent } from './latent.ts'
import type { ModelRecipe } from './recipes/recipe.ts'
import type { SampleRequest } from './sample.ts'

/** What decides which requests a model can do: its configuration, never its weights. */
export type ModelShape = Pick<ModelRecipe, 'family' | 'config' | 'motion'>

/** Pixels along a side of a latent pixel in the autoencoders of these families. */
const PIXELS_PER_LATENT = 8

/** The picture's size in pixels. */
export const pixelsOf = ([, , , height, width]: Latent['shape']): { height: number; width: number } => ({
  height: height * PIXELS_PER_LATENT,
  width: width * PIXELS_PER_LATENT,
})

/**
 * @throws DiffusionError naming the field: width, height, frames, latents, positive, negative, guidance, denoise, steps
 */
export function checkRequest(recipe: ModelRecipe, request: SampleRequest): void {
  checkShape(recipe, request.latents.shape)
  checkNumbers(request)
  checkTextWidth(recipe, 'positive', request.positive.embeds.shape[2])
  checkTextWidth(recipe, 'negative', request.negative?.embeds.shape[2])
  checkNumber('guidance', request.guidance, 0, 1000)
  checkNumber('denoise', request.denoise ?? 1, 0, 1)
}

/**
 * Whether the model can make something of this shape.
 * @throws DiffusionError naming the field: width, height, frames, latents
 */
export function checkShape(model: ModelShape, shape: Latent['shape']): void {
  checkSize(model, shape)
  checkFrames(model, shape[2])
  checkChannels(model, shape[1])
}

/** Sides must be whole patches, and with a grid motion module whole cells of patches. */
function checkSize({ config, motion }: ModelShape, shape: Latent['shape']): void {
  const unit = config.patch * (motion?.cell ?? 1)
  const pixels = pixelsOf(shape)
  for (const field of ['width', 'height'] as const) {
    const multiple = unit * PIXELS_PER_LATENT
    if (pixels[field] % multiple === 0) continue
    const near = Math.max(1, Math.round(pixels[field] / multiple)) * multiple
    throw new DiffusionError({
      field,
      expected: `a multiple of ${multiple} pixels${motion ? ' with this motion module' : ''}`,
      found: String(pixels[field]),
      remedy: `Set it to ${near}.`,
    })
  }
}

function checkFrames({ family, config, motion }: ModelShape, frames: number): void {
  const refuse = (expected: string, remedy: string) =>
    new DiffusionError({ field: 'frames', expected, found: String(frames), remedy })
  if (frames === 1) return
  if (family === 'pixart')
    throw refuse('1 with a model that makes pictures', 'Set it to 1, or add a motion module to the model.')
  if (config.sizeConditions) {
    throw refuse(
      '1 with a base of the 1024 kind (sample_size 128)',
      'Set it to 1, or use a base of the 512 kind for videos.',
    )
  }
  if (motion?.positions && frames > motion.maxFrames) {
    throw refuse(
      `at most ${motion.maxFrames}, the range of the motion module's positions`,
      `Set it to ${motion.maxFrames} or less.`,
    )
  }
}

function checkChannels({ config }: ModelShape, channels: number): void {
  if (channels === config.inChannels) return
  throw new DiffusionError({
    field: 'latents',
    expected: `${config.inChannels} channels`,
    found: String(channels),
    remedy: 'Use an autoencoder and an empty latent of the same kind as the model.',
  })
}

function checkNumbers({ latents: { shape, data }, noise }: SampleRequest): void {
  const count = shape.reduce((a, b) => a * b, 1)
  for (const [field, numbers] of [
    ['latents', data],
    ['noise', noise ?? data],
  ] as const) {
    if (numbers.length === count) continue
    throw new DiffusionError({
      field,
      expected: `${count} numbers for [${shape.join(', ')}]`,
      found: String(numbers.length),
      remedy: 'Give a whole latent.',
    })
  }
}

/**
 * Texts must come from an encoder of the width that the model was trained with.
 * @throws DiffusionError naming the field
 */
export function checkTextWidth({ config }: ModelShape, field: 'positive' | 'negative', width: number | undefined): void {
  const wanted = config.captionChannels ?? config.contextWidth
  if (width === undefined || width === wanted) return
  throw new DiffusionError({
    field,
    expected: `text embeddings ${wanted} wide`,
    found: String(width),
    remedy: 'Use the text encoder that belongs to this model.',
  })
}

function checkNumber(field: string, value: number, min: number, max: number): void {
  if (Number.isFinite(value) && value >= min && value <= max) return
  throw new DiffusionError({
    field,
    expected: `a number from ${min} to ${max}`,
    found: String(value),
    remedy: `Set it between ${min} and ${max}.`,
  })
}
