/**
 * One denoiser, x and t to the predicted noise, and what can be put around it. A wrapper (guidance, an interval in
 * which it acts, a cache of steps) takes a denoiser and is one.
 */
import type { Device, TensorData, TensorRef } from '../tensor/index.ts'
import { stackConditionings, trimConditioning } from './conditioning.ts'
import type { Conditioning } from './conditioning.ts'
import type { OpenModel } from './open-model.ts'
import type { ModelRecipe } from './recipes/recipe.ts'
import { positionFeeds, sizeFeeds, timestepFeed } from './transformer/feeds.ts'

/** What a denoiser remembers from step to step, by wrapper; plain data, so that a run can be saved and resumed. */
export type DenoiserMemory = Readonly<Record<string, unknown>>

export interface Denoised {
  /** The prediction for x, of x's size. */
  readonly output: Float32Array
  readonly memory: DenoiserMemory
}

/**
 * @param x samples [batch, channels, …], scaled as the scheduler scales them
 * @param timestep as the scheduler gives it; may be a fraction
 * @param step counts the calls from 0
 */
export type Denoise = (x: Float32Array, timestep: number, step: number, memory: DenoiserMemory) => Promise<Denoised>

export interface Denoiser {
  readonly denoise: Denoise
  /** Lets go of what lies on the device. */
  release(): void
}

/** What a denoiser of a model is opened for. */
export interface DenoiserRequest {
  /** [batch, channels, frames, height, width] of x, for one conditioning. */
  readonly shape: readonly number[]
  /** Stacked along the batch: x is given as often as there are conditionings. */
  readonly conditionings: readonly Conditioning[]
  /** Pixels, for models that are told the size. */
  readonly pixels: { readonly height: number; readonly width: number }
  readonly signal?: AbortSignal | undefined
}

/**
 * The model itself: `denoise` takes x [conditionings · batch, …]. What depends on the prompt alone is computed here.
 */
export async function openDenoiser(
  device: Device,
  recipe: ModelRecipe,
  model: OpenModel,
  request: DenoiserRequest,
): Promise<Denoiser> {
  const { signal } = request
  const latentShape = modelShape(recipe, request)
  const { embeds, mask } = trimConditioning(stackConditionings(request.conditionings))
  const opening = model.stage('step') // is built while the prompt's stage runs
  opening.catch(() => undefined) // awaited below, unless the prompt's stage fails first
  const prompt = await (
    await model.stage('prompt')
  ).run({ caption: embeds, ...model.loraFeeds }, { keep: ['context'], signal })
  const fixed: Record<string, TensorRef> = { ...prompt.kept }
  try {
    Object.assign(
      fixed,
      await device.store({
        captionMask: mask,
        ...positionFeeds(recipe.config, recipe.motion, latentShape),
        ...sizesOf(recipe, request, latentShape[0]!),
        ...model.loraFeeds,
      }),
    )
    const stage = await opening
    return {
      release: () => device.release(Object.values(fixed)),
      async denoise(x, timestep, _step, memory) {
        const latents: TensorData = { dtype: 'float32', shape: latentShape, data: x }
        const times = timestepFeed(Array<number>(latentShape[0]!).fill(timestep))
        const { outputs } = await stage.run({ ...fixed, latents, timestep: times }, { signal })
        return { output: withoutVariance(outputs['sample']!, recipe), memory }
      },
    }
  } catch (error) {
    device.release(Object.values(fixed))
    throw error
  }
}

/** What the model calls x: pictures have no axis of frames. */
function modelShape({ family }: ModelRecipe, { shape, conditionings }: DenoiserRequest): number[] {
  const [batch, channels, frames, height, width] = shape as [number, number, number, number, number] // five axes
  const stacked = batch * conditionings.length
  return family === 'pixart' ? [stacked, channels, height, width] : [stacked, channels, frames, height, width]
}

function sizesOf(
  { config }: ModelRecipe,
  { pixels: { height, width } }: DenoiserRequest,
  samples: number,
): Record<string, TensorData> {
  if (!config.sizeConditions) return {}
  const each = Array.from({ length: samples })
  return sizeFeeds(
    each.flatMap(() => [height, width]),
    each.map(() => height / width),
  )
}

/** The first half of the channels where the model also predicts a variance, which no sampler here uses. */
function withoutVariance({ shape, data }: TensorData, { config }: ModelRecipe): Float32Array {
  const output = data as Float32Array // the graph's output is float32
  if (Math.floor(config.outChannels / 2) !== config.inChannels) return output
  const sample = output.length / shape[0]!
  const kept = sample / 2
  const half = new Float32Array(output.length / 2)
  for (let i = 0; i < shape[0]!; i++) half.set(output.subarray(i * sample, i * sample + kept), i * kept)
  return half
}

/**
 * Classifier-free guidance (Ho & Salimans 2022, arXiv 2207.12598): away from what the negative text asks for. The
 * denoiser inside gets x twice, for the negative conditioning and then for the positive one.
 */
export const guided =
  (inner: Denoise, scale: number): Denoise =>
  async (x, timestep, step, memory) => {
    const twice = new Float32Array(2 * x.length)
    twice.set(x)
    twice.set(x, x.length)
    const denoised = await inner(twice, timestep, step, memory)
    return { output: guide(denoised.output, scale), memory: denoised.memory }
  }

/** negative + scale · (positive − negative), in float32 steps. */
function guide(both: Float32Array, scale: number): Float32Array {
  const [negative, positive] = [both.subarray(0, both.length / 2), both.subarray(both.length / 2)]
  const factor = Math.fround(scale)
  const output = new Float32Array(negative.length)
  for (let i = 0; i < output.length; i++) {
    output[i] = negative[i]! + Math.fround(factor * Math.fround(positive[i]! - negative[i]!))
  }
  return output
}
