import { expect, test } from 'vitest'
import type { Numbers, ValueType } from '../../core/types/index.ts'
import { emptyLatent } from '../../diffusion/index.ts'
import { framesOf } from '../../media/index.ts'
import { CONDITIONING, IMAGE, LATENT, MASK, VIDEO } from './index.ts'
import { pack, unpack } from './pack.ts'

const stored = async <T>({ store }: ValueType<T>, value: T): Promise<T> => {
  if (store === 'recompute' || 'stream' in store) throw new Error('it is not stored in one piece')
  return store.read(await store.write(value))
}

test('a latent comes back from the disk cache as it was', async () => {
  const latent = emptyLatent({ width: 24, height: 16, frames: 3 })
  latent.data.forEach((_, i) => { latent.data[i] = Math.sin(i) })
  expect(await stored(LATENT, latent)).toEqual(latent)
  expect(LATENT.check(latent)).toBe(true)
  expect(LATENT.check({ ...latent, shape: [1, 2] })).toBe(false)
  expect(LATENT.bytes(latent)).toBe(4 * 4 * 3 * 2 * 3)
})

test('a conditioning comes back from the disk cache as it was', async () => {
  const conditioning = {
    embeds: { dtype: 'float32' as const, shape: [1, 2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) },
    mask: { dtype: 'int32' as const, shape: [1, 2], data: Int32Array.of(1, 0) },
  }
  expect(CONDITIONING.check(conditioning)).toBe(true)
  expect(await stored(CONDITIONING, conditioning)).toEqual(conditioning)
  expect(CONDITIONING.bytes(conditioning)).toBe(32)
})

test('pictures, masks and videos are told apart by what they hold', () => {
  const frames = (channels: 1 | 3 | 4) => framesOf(new Uint8Array(2 * 2 * channels), { count: 1, width: 2, height: 2, channels, dtype: 'u8' })
  expect([frames(1), frames(3), frames(4)].map((value) => [IMAGE.check(value), MASK.check(value)]))
    .toEqual([[false, true], [true, false], [true, false]])
  const video = { frames: frames(3), fps: 8 }
  expect([VIDEO.check(video), VIDEO.check(frames(3)), IMAGE.check(video)]).toEqual([true, false, false])
  expect([...VIDEO.parts?.(video) ?? []]).toEqual([video.frames])
})

test('pictures, videos and latents say which numbers they are made of', async () => {
  const told = async ({ count, peak, pieces }: Numbers) => {
    const numbers: number[] = []
    for await (const piece of pieces()) numbers.push(...Array.from(piece))
    return { count, peak, numbers }
  }
  const data = Uint8Array.from({ length: 2 * 2 * 1 * 3 }, (_, at) => 20 * at)
  const frames = framesOf(data, { count: 2, width: 2, height: 1, channels: 3, dtype: 'u8' })
  const expected = { count: 12, peak: 255, numbers: [...data] }
  expect(await told(IMAGE.numbers!(frames))).toEqual(expected)
  expect(await told(VIDEO.numbers!({ frames, fps: 8 }))).toEqual(expected)
  const mask = framesOf(Float32Array.of(0.5), { count: 1, width: 1, height: 1, channels: 1, dtype: 'f32' })
  expect(await told(MASK.numbers!(mask))).toEqual({ count: 1, peak: 1, numbers: [0.5] })
  const latent = emptyLatent({ width: 8, height: 8, frames: 2 })
  expect(await told(LATENT.numbers!(latent))).toEqual({ count: latent.data.length, numbers: [...latent.data] })
})

test('arrays of odd sizes stay aligned', () => {
  const arrays = { a: Uint8Array.of(1, 2, 3), b: BigInt64Array.of(-5n), c: Float32Array.of(0.5), d: Int32Array.of(7, 8) }
  const { rest, arrays: read } = unpack(pack({ note: 'é' }, arrays))
  expect(rest).toEqual({ note: 'é' })
  expect(Object.fromEntries(read)).toEqual(arrays)
})
