import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openDevice } from '../tensor/index.ts'
import type { Device } from '../tensor/index.ts'
import { describeDiT, describeTextEncoder, emptyLatent, encodeText, sample, samplerStateBytes, samplerStateFrom, SCHEDULER_NAMES, withMotionModule } from './index.ts'
import type { ModelRecipe, SampleHooks, SampleRequest } from './index.ts'

const models = fileURLToPath(new URL('../models/', import.meta.url))
let device: Device
let model: ModelRecipe
let request: (scheduler: string, seed?: number) => SampleRequest

beforeAll(async () => {
  device = await openDevice('cpu')
  const base = `${models}Diffusion_Transformer/tiny-shapes-64`
  model = (await withMotionModule((await describeDiT(base)).recipe, `${models}Motion_Module/tiny_shapes_mm.safetensors`)).recipe
  const encoder = (await describeTextEncoder(base)).recipe
  const positive = await encodeText(device, encoder, ['a red circle'])
  const negative = await encodeText(device, encoder, [''])
  // A latent of 12 numbers a channel and frame; 3 x 1 latent pixels would leave the generator's second normal waiting.
  const latents = emptyLatent({ width: 32, height: 32, frames: 2 })
  request = (scheduler, seed = 43) => ({ positive, negative, latents, scheduler, steps: 5, guidance: 2, seed })
})
afterAll(() => device.close())

const run = (scheduler: string, hooks: SampleHooks = {}) => sample(device, model, request(scheduler), hooks)

test.each(SCHEDULER_NAMES)('%s goes on from the bytes of any of its states to exactly the same latents', async (scheduler) => {
  const saved: Uint8Array[] = []
  const whole = await run(scheduler, { onStep: ({ state }) => saved.push(samplerStateBytes(state)) })
  expect(saved.length).toBeGreaterThanOrEqual(5)
  for (const [index, bytes] of saved.entries()) {
    const resume = samplerStateFrom(bytes, whole.data.length)!
    const steps: number[] = []
    const resumed = await run(scheduler, { resume, onStep: ({ step }) => steps.push(step) })
    expect(resumed.data).toEqual(whole.data)
    expect(steps).toEqual(Array.from({ length: saved.length - index - 1 }, (_, i) => index + 2 + i))
  }
})

test('the generator goes on with the normal number that was waiting', () => {
  const state = {
    call: 1, latents: new Float32Array([1, -0, Number.MIN_VALUE]), denoiser: {},
    scheduler: { taken: 1, outputs: [new Float32Array([0.1, 0.2, 0.3])], sample: null, sum: null },
    generator: { words: Array<number>(624).fill(7), position: 600, nextNormal: 0.1234567890123456 },
  }
  const back = samplerStateFrom(samplerStateBytes(state), 3)!
  expect(back).toEqual(state)
  expect(back.latents.buffer.byteLength).toBe(12)
})

describe('what is no state is refused', () => {
  const good = () => ({
    call: 1, latents: new Float32Array(3), denoiser: {},
    scheduler: { taken: 1, outputs: [], sample: null, sum: null }, generator: { words: [], position: 0, nextNormal: null },
  })
  test.each([
    ['another number of latents', samplerStateBytes({ ...good(), latents: new Float32Array(4) })],
    ['an output of another size', samplerStateBytes({ ...good(), scheduler: { ...good().scheduler, outputs: [new Float32Array(9)] } })],
    ['nothing', new Uint8Array()],
    ['noise', new Uint8Array(100).fill(123)],
    ['half of one', samplerStateBytes(good()).subarray(0, 40)],
  ])('%s', (_, bytes) => expect(samplerStateFrom(bytes, 3)).toBeUndefined())
})
