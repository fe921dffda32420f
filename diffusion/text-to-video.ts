/** From a prompt to a video: encode, sample, decode. */
import type { Device } from '../tensor/index.ts'
import { decodeFrames, decodePictures } from './decode-frames.ts'
import type { Conditioning } from './conditioning.ts'
import { encodeText } from './encode-text.ts'
import type { Latent } from './latent.ts'
import { emptyLatent } from './latent.ts'
import type { ModelRecipe, TextEncoderRecipe, VaeRecipe } from './recipes/recipe.ts'
import { sample } from './sample.ts'
import type { SampleHooks, SampleRequest } from './sample.ts'
import { pixelsPerLatent } from './vae/kl-config.ts'

/** What a video is made with. */
export interface Pipeline {
  readonly model: ModelRecipe
  readonly textEncoder: TextEncoderRecipe
  readonly vae: VaeRecipe
}

export interface TextToVideoRequest extends Pick<
  SampleRequest,
  'noise' | 'scheduler' | 'steps' | 'guidance' | 'seed' | 'eta' | 'schedulerConfig'
> {
  /** One video for each. */
  readonly prompts: readonly string[]
  /** What none of them should show. */
  readonly negativePrompt?: string
  /** Pixels. */
  readonly width: number
  readonly height: number
  readonly frames: number
  /** Caption cleaning, default true. */
  readonly clean?: boolean
  /** Tokens, default 120. */
  readonly maxLength?: number
}

export interface MadeVideo {
  readonly positive: Conditioning
  /** Null where nothing was guided away from. */
  readonly negative: Conditioning | null
  readonly latents: Latent
  /** RGB bytes [height, width, 3], frame by frame, decoded as they are asked for. */
  frames(): AsyncGenerator<Uint8Array>
  /** The same as float32 [3, height, width], 0 … 1. */
  pictures(): AsyncGenerator<Float32Array>
}

/**
 * Makes videos of prompts.
 * @throws DiffusionError naming what of the request cannot be, MemoryError when a model does not fit
 */
export async function textToVideo(
  device: Device,
  { model, textEncoder, vae }: Pipeline,
  request: TextToVideoRequest,
  hooks: SampleHooks = {},
): Promise<MadeVideo> {
  const { prompts, negativePrompt = '', width, height, frames, guidance } = request
  const { signal } = hooks
  const size = emptyLatent(
    { width, height, frames, batch: prompts.length },
    { channels: model.config.inChannels, pixelsPerLatent: pixelsPerLatent(vae.config) },
  )
  const text = {
    ...(request.clean !== undefined && { clean: request.clean }),
    maxLength: request.maxLength ?? 120,
    signal,
  }

  const positive = await encodeText(device, textEncoder, prompts, text)
  const negative = guidance > 1 ? await encodeText(device, textEncoder, [negativePrompt], text) : null
  const latents = await sample(device, model, { ...request, positive, negative, latents: size }, hooks)
  return {
    positive,
    negative,
    latents,
    frames: () => decodeFrames(device, vae, latents, { signal }),
    pictures: () => decodePictures(device, vae, latents, { signal }),
  }
}
