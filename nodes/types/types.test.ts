import { expect, test } from 'vitest'
import type { ValueType } from '../../core/types/index.ts'
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

test('arrays of odd sizes stay aligned', () => {
  const arrays = { a: Uint8Array.of(1, 2, 3), b: BigInt64Array.of(-5n), c: Float32Array.of(0.5), d: Int32Array.of(7, 8) }
  const { rest, arrays: read } = unpack(pack({ note: 'é' }, arrays))
  expect(rest).toEqual({ note: 'é' })
  expect(Object.fromEntries(read)).toEqual(arrays)
})
