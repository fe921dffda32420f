import { expect, test } from 'vitest'
import { drawSeed } from './draw-seed.ts'

test('seeds reach from the least to the greatest that the bounds let', () => {
  expect(drawSeed({ min: 5, max: 7 }, () => 0)).toBe(5)
  expect(drawSeed({ min: 5, max: 7 }, () => 0.9999999)).toBe(7)
  expect(drawSeed({ min: 0, max: Number.MAX_SAFE_INTEGER }, () => 1 - 2 ** -53)).toBe(2 ** 32 - 1)
})
