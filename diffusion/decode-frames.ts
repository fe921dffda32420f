/** Latents to pictures, frame by frame. */
import type { Device, TensorData } from '../tensor/index.ts'
import { DiffusionError } from './error.ts'
import type { Latent } from './latent.ts'
import type { VaeRecipe } from './recipes/recipe.ts'
import { pixelsPerLatent } from './vae/kl-config.ts'
import { openHalf } from './vae/open-half.ts'
import type { AutoencodeHooks } from './vae/open-half.ts'

/** What a latent decodes to: frames of all samples, one after the other. */
export function decodedSize({ config }: VaeRecipe, { shape: [batch, , frames, height, width] }: Latent) {
  const factor = pixelsPerLatent(config)
  return { count: batch * frames, height: height * factor, width: width * factor }
}

/**
 * The frames of a latent as they are decoded, sample by sample: float32 [3, height, width], 0 … 1.
 * @throws DiffusionError when latent and autoencoder do not fit, MemoryError
 */
export async function* decodePictures(
  device: Device,
  vae: VaeRecipe,
  latent: Latent,
  { signal, onFrame }: AutoencodeHooks = {},
): AsyncGenerator<Float32Array> {
  const [batch, channels, frames, height, width] = latent.shape
  requireChannels(vae, channels)
  const stage = await openHalf(device, vae, 'decoder', decodedSize(vae, latent), signal)
  const scale = latent.scale === 'config' ? vae.config.scalingFactor : latent.scale
  for (let i = 0; i < batch * frames; i++) {
    signal?.throwIfAborted()
    const latents = frameOf(latent, Math.floor(i / frames), i % frames, Math.fround(1 / scale))
    const { outputs } = await stage.run(
      { latents: { dtype: 'float32', shape: [1, channels, height, width], data: latents } },
      { signal },
    )
    yield unitRange(outputs['pixels']!)
    onFrame?.(i + 1, batch * frames)
  }
}

/** The same as RGB bytes [height, width, 3]: x·255 rounded (the reference's file writer truncates, half a step darker). */
export async function* decodeFrames(
  device: Device,
  vae: VaeRecipe,
  latent: Latent,
  hooks: AutoencodeHooks = {},
): AsyncGenerator<Uint8Array> {
  for await (const picture of decodePictures(device, vae, latent, hooks)) yield bytesOf(picture)
}

/** One frame of one sample, [channels, height, width], times a factor. */
function frameOf(
  { data, shape: [, channels, frames, height, width] }: Latent,
  sample: number,
  frame: number,
  factor: number,
): Float32Array {
  const plane = height * width
  const out = new Float32Array(channels * plane)
  for (let c = 0; c < channels; c++) {
    const from = ((sample * channels + c) * frames + frame) * plane
    for (let i = 0; i < plane; i++) out[c * plane + i] = data[from + i]! * factor
  }
  return out
}

/** x/2 + 0.5, clamped to 0 … 1. */
function unitRange({ data }: TensorData): Float32Array {
  const x = data as Float32Array // the graph's output is float32
  for (let i = 0; i < x.length; i++) x[i] = Math.min(1, Math.max(0, x[i]! / 2 + 0.5))
  return x
}

/** [3, h, w] in 0 … 1 → [h, w, 3] in 0 … 255. */
function bytesOf(picture: Float32Array): Uint8Array {
  const plane = picture.length / 3
  const bytes = new Uint8Array(picture.length)
  for (let c = 0; c < 3; c++)
    for (let i = 0; i < plane; i++) bytes[3 * i + c] = Math.round(picture[c * plane + i]! * 255)
  return bytes
}

function requireChannels({ config: { latentChannels } }: VaeRecipe, channels: number): void {
  if (channels === latentChannels) return
  throw new DiffusionError({
    field: 'vae',
    expected: `an autoencoder with ${channels} latent channels, as the latent has`,
    found: String(latentChannels),
    remedy: 'Use the autoencoder that belongs to the model.',
  })
}
