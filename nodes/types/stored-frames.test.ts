import fc from 'fast-check'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runs } from '../../test/laws.ts'
import { createRegistry, DiskCache, type TypedValue } from '../../core/index.ts'
import { emptyLatent } from '../../diffusion/index.ts'
import { framesOf, frameWriter, sliceFrames } from '../../media/index.ts'
import type { FrameArray, Frames, FrameShape } from '../../media/index.ts'
import { builtIn } from '../index.ts'
import { CONDITIONING, IMAGE, LATENT, MASK, MODEL, VIDEO } from './index.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kinograph-stored-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const { types } = createRegistry([{ ...builtIn, id: 'kinograph', hash: 'h', trusted: true }])

/** What comes back from a disk cache of the built-in types. */
async function stored(value: TypedValue): Promise<unknown> {
  const open = () => new DiskCache({
    folder, budget: 1e9, typeOf: (id) => types.get(id), onTrouble: (message) => { throw new Error(message) },
  })
  const cache = open()
  const key = crypto.randomUUID()
  cache.set(key, { outputs: new Map([['out', value]]), warnings: [], bytes: 1, seconds: 99 })
  await cache.flush()
  const found = (await open().get(key))!.outputs.get('out')!
  expect(found.type).toBe(value.type)
  return found.value
}

function drawn({ count, height, width, channels, dtype }: FrameShape): Frames {
  const samples = count * height * width * channels
  const data: FrameArray = dtype === 'u8' ? new Uint8Array(samples) : new Float32Array(samples)
  data.forEach((_, index) => { data[index] = dtype === 'u8' ? (index * 37) % 256 : Math.sin(index) })
  return framesOf(data, { count, height, width, channels, dtype })
}

async function expectSame(found: Frames, frames: Frames): Promise<void> {
  const { count, height, width, channels, dtype } = frames
  expect(found).toMatchObject({ count, height, width, channels, dtype })
  expect(await found.read(0, count)).toEqual(await frames.read(0, count))
  expect(await found.read(count - 1, count)).toEqual(await frames.read(count - 1, count))
}

test('law: frames of any form come back as they were', async () => {
  const shapes = fc.record({
    count: fc.integer({ min: 1, max: 5 }), height: fc.integer({ min: 1, max: 9 }), width: fc.integer({ min: 1, max: 9 }),
    channels: fc.constantFrom(1 as const, 3 as const, 4 as const), dtype: fc.constantFrom('u8' as const, 'f32' as const),
  })
  await fc.assert(fc.asyncProperty(shapes, async (shape) => {
    const frames = drawn(shape)
    const type = shape.channels === 1 ? MASK : IMAGE
    const found = await stored({ type, value: frames })
    if (!type.check(found)) throw new Error('it is of another type')
    await expectSame(found, frames)
  }), runs(30))
})

test('a view is stored as what it shows, a video with its speed', async () => {
  const frames = drawn({ count: 6, height: 4, width: 5, channels: 3, dtype: 'u8' })
  const view = sliceFrames(frames, 2, 5)
  await expectSame(await stored({ type: IMAGE, value: view }) as Frames, view) // of IMAGE, as `stored` has seen
  const video = await stored({ type: VIDEO, value: { frames, fps: 23.976 } })
  if (!VIDEO.check(video)) throw new Error('it is no video')
  expect(video.fps).toBe(23.976)
  await expectSame(video.frames, frames)
})

test('frames that lie in a file are stored piece by piece, and read from the entry without taking memory', async () => {
  const shape = { count: 60, height: 500, width: 400, channels: 3, dtype: 'u8' } as const
  const { frames, push, finish } = frameWriter({ ...shape, memoryBudget: 0, spillFolder: folder })
  for (let index = 0; index < shape.count; index++) await push(new Uint8Array(600_000).fill(index))
  finish()
  const found = await stored({ type: IMAGE, value: frames })
  if (!IMAGE.check(found)) throw new Error('they are no pictures')
  expect(found.residentBytes).toBe(0)
  expect([...new Set(await found.read(40, 42))]).toEqual([40, 41])
  await found.close?.()
  await expect(found.read(0, 1)).rejects.toThrow('the stored value was closed')
})

test('latents, conditionings and recipes come back too', async () => {
  const latent = emptyLatent({ width: 24, height: 16, frames: 3 })
  expect(await stored({ type: LATENT, value: latent })).toEqual(latent)
  const conditioning = {
    embeds: { dtype: 'float32' as const, shape: [1, 1, 2], data: Float32Array.of(1, 2) },
    mask: { dtype: 'int32' as const, shape: [1, 1], data: Int32Array.of(1) },
  }
  expect(await stored({ type: CONDITIONING, value: conditioning })).toEqual(conditioning)
  const recipe = { kind: 'model', family: 'pixart', loras: [] }
  expect(await stored({ type: MODEL, value: recipe })).toEqual(recipe)
})
