import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openDevice } from '../tensor/index.ts'
import type { Device } from '../tensor/index.ts'
import type {
  Conditioning,
  Latent,
  ModelRecipe,
  SampleHooks,
  SampleRequest,
  SamplerState,
  TextEncoderRecipe,
} from './index.ts'
import { describeDiT, describeTextEncoder, emptyLatent, encodeText, sample, withMotionModule } from './index.ts'

const models = fileURLToPath(new URL('../models/', import.meta.url))
let device: Device
let picture: ModelRecipe
let video: ModelRecipe
let positive: Conditioning
let negative: Conditioning

beforeAll(async () => {
  device = await openDevice('cpu')
  const base = `${models}Diffusion_Transformer/tiny-shapes-64`
  picture = (await describeDiT(base)).recipe
  video = (await withMotionModule(picture, `${models}Motion_Module/tiny_shapes_mm.safetensors`)).recipe
  const textEncoder: TextEncoderRecipe = (await describeTextEncoder(base)).recipe
  positive = await encodeText(device, textEncoder, ['a red circle moves up on a black background'])
  negative = await encodeText(device, textEncoder, [''])
})
afterAll(() => device.close())

const size = emptyLatent({ width: 64, height: 64, frames: 2 })
const request = (change: Partial<SampleRequest> = {}): SampleRequest => ({
  positive,
  negative,
  latents: size,
  scheduler: 'DPM++',
  steps: 4,
  guidance: 2,
  seed: 43,
  ...change,
})
const run = (change: Partial<SampleRequest> = {}, hooks: SampleHooks = {}, model = video): Promise<Latent> =>
  sample(device, model, request(change), hooks)

describe('sample', () => {
  test('reports each step and gives equal results for equal seeds', async () => {
    const steps: (readonly [number, number, number])[] = []
    const first = await run({}, { onStep: ({ step, steps: all, timestep }) => steps.push([step, all, timestep]) })
    expect(steps).toEqual([
      [1, 4, 999],
      [2, 4, 749],
      [3, 4, 500],
      [4, 4, 250],
    ])
    expect((await run()).data).toEqual(first.data)
    expect((await run({ seed: 44 })).data).not.toEqual(first.data)
  })

  test.each(['Euler A', 'PNDM', 'DPM++'])('%s goes on from a saved state to the same end', async (scheduler) => {
    const saved: SamplerState[] = []
    const whole = await run({ scheduler }, { onStep: ({ state }) => saved.push(structuredClone(state)) })
    const resumed = await run({ scheduler }, { resume: saved[1]! })
    expect(resumed.data).toEqual(whole.data)
  })

  test('is guided above 1 only', async () => {
    const alone = await run({ negative: null })
    expect((await run({ guidance: 1 })).data).toEqual(alone.data)
    expect((await run({ guidance: 1.5 })).data).not.toEqual(alone.data)
  })

  test('stops between steps', async () => {
    const stop = new AbortController()
    const seen: number[] = []
    const stopped = run(
      { steps: 10 },
      {
        signal: stop.signal,
        onStep: ({ step }) => {
          seen.push(step)
          if (step === 2) stop.abort()
        },
      },
    )
    await expect(stopped).rejects.toThrow('aborted')
    expect(seen).toEqual([1, 2])
  })

  test('makes a picture without a motion module, which is the first frame of nothing else', async () => {
    const one = emptyLatent({ width: 64, height: 64 })
    const made = await run({ latents: one }, {}, picture)
    expect(made.shape).toEqual([1, 4, 1, 8, 8])
    expect(made.scale).toBe('config')
  })
})

describe('image variation', () => {
  const distance = (a: Float32Array, b: Float32Array) =>
    Math.sqrt(a.reduce((sum, x, i) => sum + (x - b[i]!) ** 2, 0) / a.length)

  test('runs the end of the schedule, and keeps more of the latent the less it runs', async () => {
    const start = await run({ steps: 10 })
    const steps: number[] = []
    const little = await run(
      { latents: start, denoise: 0.3, steps: 10, seed: 7 },
      { onStep: ({ timestep }) => steps.push(timestep) },
    )
    const much = await run({ latents: start, denoise: 0.9, steps: 10, seed: 7 })
    expect(steps).toEqual([300, 200, 100])
    expect(distance(little.data, start.data)).toBeGreaterThan(0)
    expect(distance(little.data, start.data)).toBeLessThan(distance(much.data, start.data))
  })

  test('does nothing at 0', async () => {
    const start = { ...size, data: size.data.map((_, i) => i) }
    expect(await run({ latents: start, denoise: 0 })).toBe(start)
  })
})

describe('what cannot be is refused before anything is opened', () => {
  const latents = (width: number, height: number, frames = 1) => emptyLatent({ width, height, frames })
  test.each([
    [
      'a width that the grid cannot cut',
      { latents: latents(80, 64) },
      'width: expected a multiple of 32 pixels with this motion module, got 80. Set it to 96.',
    ],
    [
      'a height that the grid cannot cut',
      { latents: latents(64, 48) },
      'height: expected a multiple of 32 pixels with this motion module, got 48. Set it to 64.',
    ],
    [
      'frames beyond the positions',
      { latents: latents(32, 32, 4097) },
      "frames: expected at most 4096, the range of the motion module's positions, got 4097. Set it to 4096 or less.",
    ],
    [
      'an unknown sampler',
      { scheduler: 'Heun' },
      'scheduler: expected one of Euler, Euler A, DPM++, PNDM, DDIM, got "Heun". Choose a sampler from the list.',
    ],
    ['too few steps', { scheduler: 'PNDM', steps: 3 }, 'steps'],
    ['a strength that is none', { denoise: 1.5 }, 'denoise: expected a number from 0 to 1, got 1.5.'],
    ['a guidance that is none', { guidance: NaN }, 'guidance: expected a number from 0 to 1000, got NaN.'],
    [
      'noise of another size',
      { noise: new Float32Array(3) },
      'noise: expected 512 numbers for [1, 4, 2, 8, 8], got 3.',
    ],
    [
      'another kind of latent',
      { latents: { ...size, data: new Float32Array(16 * 64), shape: [1, 16, 1, 8, 8] as const } },
      'latents: expected 4 channels, got 16.',
    ],
  ])('%s', async (_, change, text) => {
    await expect(run(change)).rejects.toThrow(text)
  })

  test('a text of another encoder', async () => {
    const wide: Conditioning = {
      ...positive,
      embeds: { dtype: 'float32', shape: [1, 1, 4096], data: new Float32Array(4096) },
    }
    await expect(run({ positive: wide })).rejects.toThrow(
      'positive: expected text embeddings 128 wide, got 4096. Use the text encoder that belongs to this model.',
    )
  })

  test('frames without a motion module', async () => {
    await expect(run({}, {}, picture)).rejects.toThrow(
      'frames: expected 1 with a model that makes pictures, got 2. Set it to 1, or add a motion module to the model.',
    )
  })

  test('frames on a base of the 1024 kind', async () => {
    const large: ModelRecipe = { ...video, config: { ...video.config, sizeConditions: true } }
    await expect(run({}, {}, large)).rejects.toThrow(
      'frames: expected 1 with a base of the 1024 kind (sample_size 128), got 2.',
    )
  })
})
