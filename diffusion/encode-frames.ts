/** Pictures to latents, frame by frame. */
import type { Device, TensorData } from '../tensor/index.ts'
import { DiffusionError } from './error.ts'
import type { Latent } from './latent.ts'
import { EASYANIMATE_SCALE } from './latent.ts'
import type { VaeRecipe } from './recipes/recipe.ts'
import { pixelsPerLatent } from './vae/kl-config.ts'
import type { KlConfig } from './vae/kl-config.ts'
import { sampleOf } from './vae/kl.ts'
import { openHalf } from './vae/open-half.ts'
import type { AutoencodeHooks } from './vae/open-half.ts'

/** Pictures as encodeFrames reads them: [frames, height, width, channels], u8 0 … 255 or f32 0 … 1. */
export interface FrameSource {
  readonly count: number
  readonly height: number
  readonly width: number
  readonly channels: number
  readonly dtype: 'u8' | 'f32'
  read(from: number, to: number, signal?: AbortSignal): Promise<Uint8Array | Float32Array>
}

export interface EncodeOptions extends AutoencodeHooks {
  /**
   * Unit noise of the latent's size [frames, channels, height, width], for a sample of the posterior; its mean without.
   */
  readonly noise?: Float32Array
  /** What latents are multiplied by; EasyAnimate's 0.18215 unless given. */
  readonly scale?: Latent['scale']
}

/**
 * Pictures to a latent [1, channels, frames, height, width]. Sides that are no multiple of a latent pixel are cropped
 * in the middle; alpha is left out.
 * @throws DiffusionError when the pictures have too few channels or are too small
 */
export async function encodeFrames(
  device: Device,
  vae: VaeRecipe,
  frames: FrameSource,
  options: EncodeOptions = {},
): Promise<Latent> {
  const { signal, onFrame, noise, scale = EASYANIMATE_SCALE } = options
  const { latentChannels } = vae.config
  const [height, width] = latentSides(vae.config, frames)
  const shape = [1, latentChannels, frames.count, height, width] as const
  const latent: Latent = {
    data: new Float32Array(shape.reduce((a, b) => a * b, 1)),
    shape,
    family: 'kl',
    frameRule: 'each',
    scale,
  }
  const pixels = { height: height * pixelsPerLatent(vae.config), width: width * pixelsPerLatent(vae.config) }
  const stage = await openHalf(device, vae, 'encoder', pixels, signal)
  const factor = scale === 'config' ? vae.config.scalingFactor : scale
  for (let i = 0; i < frames.count; i++) {
    signal?.throwIfAborted()
    const picture = planes(await frames.read(i, i + 1, signal), frames, pixels)
    const { outputs } = await stage.run({ pixels: picture }, { signal })
    const size = latentChannels * height * width
    putFrame(latent, i, posterior(outputs, noise?.subarray(i * size, (i + 1) * size)), factor)
    onFrame?.(i + 1, frames.count)
  }
  return latent
}

/** The posterior's mean, or its sample for this noise. */
function posterior({ mean, std }: Readonly<Record<string, TensorData>>, noise: Float32Array | undefined): Float32Array {
  if (noise) return sampleOf(mean!, std!, { dtype: 'float32', shape: mean!.shape, data: noise })
  return mean!.data as Float32Array // the graph's output is float32
}

/** Puts a frame [channels, height, width] into its place, times a factor. */
function putFrame(
  { data, shape: [, channels, frames, height, width] }: Latent,
  frame: number,
  encoded: Float32Array,
  factor: number,
): void {
  const plane = height * width
  for (let c = 0; c < channels; c++) {
    const to = (c * frames + frame) * plane
    for (let i = 0; i < plane; i++) data[to + i] = encoded[c * plane + i]! * Math.fround(factor)
  }
}

/** The middle of a picture [h, w, channels] as float32 [1, 3, height, width] in -1 … 1. */
function planes(
  picture: Uint8Array | Float32Array,
  source: FrameSource,
  { height, width }: { height: number; width: number },
): TensorData {
  const [top, left] = [Math.floor((source.height - height) / 2), Math.floor((source.width - width) / 2)]
  const half = source.dtype === 'u8' ? 127.5 : 0.5
  const data = new Float32Array(3 * height * width)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = ((y + top) * source.width + x + left) * source.channels
      for (let c = 0; c < 3; c++) data[(c * height + y) * width + x] = picture[from + c]! / half - 1
    }
  }
  return { dtype: 'float32', shape: [1, 3, height, width], data }
}

function latentSides(config: KlConfig, { height, width, channels, count }: FrameSource): [number, number] {
  const factor = pixelsPerLatent(config)
  const refuse = (field: string, expected: string, found: number) =>
    new DiffusionError({
      field,
      expected,
      found: String(found),
      remedy: 'Give pictures in colour that are large enough.',
    })
  if (channels < config.inChannels) throw refuse('pixels', `pictures with ${config.inChannels} channels`, channels)
  if (count < 1) throw refuse('pixels', 'at least one picture', count)
  const sides = [height, width].map((side) => Math.floor(side / factor)) as [number, number] // two
  if (Math.min(...sides) < 1) throw refuse('pixels', `sides of ${factor} pixels or more`, Math.min(height, width))
  return sides
}
