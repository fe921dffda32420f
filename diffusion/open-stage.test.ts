import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openDevice, weightSet } from '../tensor/index.ts'
import type { Device, SegmentedModel, TensorData } from '../tensor/index.ts'
import { openStage } from './open-stage.ts'
import { openLayers } from './recipes/open-weights.ts'
import { describeDiT, transformerOf } from './recipes/describe-dit.ts'
import { positionFeeds, timestepFeed } from './transformer/feeds.ts'

let device: Device
let model: SegmentedModel
let feeds: Record<string, TensorData>
beforeAll(async () => {
  device = await openDevice('cpu')
  const { recipe } = await describeDiT(
    fileURLToPath(new URL('../models/Diffusion_Transformer/tiny-shapes-64', import.meta.url)),
  )
  model = transformerOf(recipe)(
    weightSet(await openLayers(recipe.weights, (e) => e), { hold: 'packed', source: 'tiny' }),
  )
  const shape = [1, 4, 8, 8]
  const wave = (count: number) => Float32Array.from({ length: count }, (_, i) => Math.sin(i))
  feeds = {
    latents: { dtype: 'float32', shape, data: wave(256) },
    ...positionFeeds(recipe.config, null, shape),
    timestep: timestepFeed([500]),
    caption: { dtype: 'float32', shape: [1, 3, 128], data: wave(384) },
    captionMask: { dtype: 'int32', shape: [1, 3], data: Int32Array.of(1, 1, 1) },
  }
})
afterAll(() => device.close())

const run = async (split: 'whole' | 'each', signal?: AbortSignal) => {
  const request = { key: 'tiny', describe: () => model, split }
  const prompt = await (await openStage(device, { ...request, stage: 'prompt' })).run(feeds, { keep: ['context'] })
  return (await openStage(device, { ...request, stage: 'step' })).run({ ...feeds, ...prompt.kept }, { signal })
}

describe('a stage', () => {
  test('gives the same in one session and in one session a segment', async () => {
    const [whole, each] = [await run('whole'), await run('each')]
    expect(Object.keys(each.outputs)).toEqual(['sample'])
    each.outputs['sample']!.data.forEach((x: number | bigint, i: number) =>
      expect(x).toBeCloseTo(Number(whole.outputs['sample']!.data[i]), 4),
    )
  })

  test('leaves nothing on the device but what was asked for', async () => {
    const before = (await device.memory()).resident
    const { kept } = await run('each')
    expect(kept).toEqual({})
    // the projected caption is kept by the caller of `run` above; blocks' values are gone
    expect((await device.memory()).resident - before).toBeLessThan(3 * 128 * 4 + 1)
  })

  test('stops before the next segment', async () => {
    await expect(run('each', AbortSignal.abort())).rejects.toThrow('aborted')
  })
})
