import fc from 'fast-check'
import { expect, test } from 'vitest'
import { paceOf, ROUNDING } from './frame-rate.ts'

const at = (count: number, fps: number, rounding = 1e6) => Array.from({ length: count }, (_, i) => Math.round(i / fps * rounding) / rounding)

test.each([
  [24, 1e6, 24], [24, 1000, 24], [25, 1000, 25], [30_000 / 1001, 1e6, 30_000 / 1001], [30_000 / 1001, 1000, 30_000 / 1001],
  [24_000 / 1001, 1000, 24_000 / 1001], [12, 1000, 12], [240, 1e6, 240], [0.5, 1000, 0.5],
])('%d frames a second with times in 1/%d s are %d', (fps, rounding, expected) => {
  expect(paceOf(at(200, fps, rounding))).toEqual({ fps: expected, picks: null })
})

test.each([8, 12, 24, 25, 30, 50])('%d frames a second in a GIF, whose times are hundredths', (fps) => {
  expect(paceOf(at(200, fps, 100), ROUNDING.animation)).toEqual({ fps, picks: null })
})

test('a rate that nobody uses is taken as it is', () => {
  const { fps, picks } = paceOf(at(50, 13.37))
  expect(fps).toBeCloseTo(13.37, 3)
  expect(picks).toBeNull()
})

test('uneven frames are spread so that each moment shows what it showed', () => {
  // Shown at 0, 0.1, 0.5 and 0.6 s: 5 a second on average.
  expect(paceOf([0, 0.1, 0.5, 0.6])).toEqual({ fps: 5, picks: [0, 1, 1, 3] })
})

test.each([[[]], [[3]], [[0, 0, 0]], [[0, 2, 1]]])('times that make no sense, %j: all frames, at 24 a second', (times) => {
  expect(paceOf(times)).toEqual({ fps: 24, picks: null })
})

test('whatever the times, picks go forward and stay inside', () => fc.assert(fc.property(
  fc.array(fc.double({ min: 0, max: 100, noNaN: true }), { minLength: 2, maxLength: 40 }), (steps) => {
    const times = steps.reduce<number[]>((all, step) => [...all, (all.at(-1) ?? 0) + step], [])
    const { fps, picks } = paceOf(times)
    expect(fps).toBeGreaterThan(0)
    for (const [i, pick] of (picks ?? []).entries()) {
      expect(pick).toBeGreaterThanOrEqual(picks![i - 1] ?? 0)
      expect(pick).toBeLessThan(times.length)
    }
  })))
