import { expect, test } from 'vitest'
import { emptyLatent } from './latent.ts'

test('has an eighth of the sides, and zeros', () => {
  const { shape, data, scale } = emptyLatent({ width: 96, height: 64, frames: 5, batch: 2 })
  expect(shape).toEqual([2, 4, 5, 8, 12])
  expect(data).toEqual(new Float32Array(2 * 4 * 5 * 8 * 12))
  expect(scale).toBe(0.18215)
})

test.each([
  [{ width: 100, height: 64 }, 'width: expected a multiple of 8 pixels, got 100. Set it to 104.'],
  [{ width: 64, height: 0 }, 'height: expected a multiple of 8 pixels, got 0. Set it to 8.'],
  [{ width: 64, height: 64, frames: 1.5 }, 'frames: expected a whole number above 0, got 1.5. Set it to 1 or more.'],
  [{ width: 65536, height: 65536, frames: 4096 }, 'width: expected at most a thousand million latent numbers'],
])('refuses %o', (size, text) => {
  expect(() => emptyLatent(size)).toThrow(text)
})
