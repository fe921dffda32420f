import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { MemoryError, openDevice } from '../tensor/index.ts'
import type { Device, Hold } from '../tensor/index.ts'
import type { Conditioning, ModelRecipe } from './index.ts'
import {
  describeDiT,
  describeTextEncoder,
  emptyLatent,
  encodeText,
  sample,
  withLora,
  withMotionModule,
} from './index.ts'

const models = fileURLToPath(new URL('../models/', import.meta.url))
const base = join(models, 'Diffusion_Transformer/tiny-shapes-64')
const lora = join(models, 'Personalized_Model/tiny_shapes_outline_lora.safetensors')
const text = 'a red circle moves up on a black background'
let scratch: string
let device: Device
let positive: Conditioning

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'kinograph-open-model-'))
  process.env['KINOGRAPH_CACHE_DIR'] = scratch
  device = await openDevice('cpu')
  positive = await encodeText(device, (await describeTextEncoder(base)).recipe, [text])
})
afterAll(async () => {
  await device.close()
  await rm(scratch, { recursive: true })
})

const video = async (hold: Hold | 'auto' = 'auto'): Promise<ModelRecipe> =>
  (
    await withMotionModule(
      (await describeDiT(base, { hold })).recipe,
      join(models, 'Motion_Module/tiny_shapes_mm.safetensors'),
    )
  ).recipe

const run = async (recipe: ModelRecipe, on = device): Promise<Float32Array> =>
  (
    await sample(on, recipe, {
      positive,
      latents: emptyLatent({ width: 64, height: 64, frames: 2 }),
      scheduler: 'DPM++',
      steps: 2,
      guidance: 1,
      seed: 43,
    })
  ).data

/** ‖a − b‖ / ‖b‖ */
const apart = (a: Float32Array, b: Float32Array) => Math.hypot(...a.map((x, i) => x - b[i]!)) / Math.hypot(...b)

describe('weights give the same however they are held', () => {
  test.each([
    ['mapped', 1e-5],
    ['int8', 0.1],
  ] as const)('%s', async (hold, tolerance) => {
    const difference = apart(await run(await video(hold)), await run(await video('packed')))
    expect(difference).toBeLessThan(tolerance)
    if (hold === 'int8') expect(difference).toBeGreaterThan(0)
  })

  test('a model that does not fit is refused with the numbers', async () => {
    const small = await openDevice('cpu', { memoryBudget: 1_000_000 })
    await expect(run(await video(), small)).rejects.toThrow(MemoryError)
    await expect(run(await video('int8'), small)).rejects.toThrow(/needs .* as int8, there are/)
    await small.close()
  })
})

describe('a LoRA', () => {
  const styled = async (strength: number, mode: 'branch' | 'merge') =>
    (await withLora({ model: await video() }, lora, strength, mode)).model

  test('gives the same beside the weights and merged into them, and changes the result', async () => {
    const [beside, merged, none] = [
      await run(await styled(0.7, 'branch')),
      await run(await styled(0.7, 'merge')),
      await run(await video()),
    ]
    expect(apart(beside, merged)).toBeLessThan(1e-4)
    expect(apart(beside, none)).toBeGreaterThan(0.01)
  })

  test('of any strength shares one session; at 0 it is as if it were not there', async () => {
    await run(await styled(0.7, 'branch'))
    const sessions = (await device.memory()).sessions.length
    await run(await styled(0.2, 'branch'))
    expect((await device.memory()).sessions).toHaveLength(sessions)
    expect(await run(await styled(0, 'branch'))).toEqual(await run(await video()))
  })

  test('twice at half strength is once', async () => {
    const { model } = await withLora({ model: await styled(0.35, 'branch') }, lora, 0.35)
    expect(apart(await run(model), await run(await styled(0.7, 'branch')))).toBeLessThan(1e-4)
  })
})
