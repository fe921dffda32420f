import { expect, test } from 'vitest'
import { fitView, panView, SCALES, toPixels, toUnits, wheelView, zoomView } from './view.ts'

const view = { offset: [30, -40], scale: 0.5 } as const

test('pixels and graph units are each other\'s inverse', () => {
  expect(toUnits(view, toPixels(view, [123, 456]))).toEqual([123, 456])
})

test('zooming keeps one point where it is', () => {
  const before = toUnits(view, [200, 100])
  const after = toUnits(zoomView(view, 1.7, [200, 100]), [200, 100])
  expect(after[0]).toBeCloseTo(before[0])
  expect(after[1]).toBeCloseTo(before[1])
  expect(zoomView(view, 1000, [0, 0]).scale).toBe(SCALES.most)
  expect(zoomView(view, 0, [0, 0]).scale).toBe(SCALES.least)
})

test('fitting shows all, in the middle, never larger than life', () => {
  const fitted = fitView([-500, -200, 3000, 1000], [1280, 720])
  const [left, top] = toPixels(fitted, [-500, -200])
  const [right, bottom] = toPixels(fitted, [2500, 800])
  expect(left).toBeGreaterThan(0)
  expect(top).toBeGreaterThan(0)
  expect(right - 640).toBeCloseTo(640 - left)
  expect(bottom - 360).toBeCloseTo(360 - top)
  expect(fitView([0, 0, 10, 10], [1280, 720]).scale).toBe(1)
})

test('panning moves by pixels', () => {
  expect(toPixels(panView(view, 12, -7), [0, 0])).toEqual([toPixels(view, [0, 0])[0] + 12, toPixels(view, [0, 0])[1] - 7])
})

test('a wheel zooms, a pinch zooms faster for its small steps, Shift moves aside', () => {
  const wheel = { deltaX: 0, deltaY: 10, deltaMode: 0, shiftKey: false, ctrlKey: false }
  const scaleOf = (more: object) => wheelView(view, { ...wheel, ...more }, [0, 0]).scale
  expect(scaleOf({})).toBeLessThan(view.scale)
  expect(scaleOf({ ctrlKey: true })).toBeLessThan(scaleOf({}))
  expect(scaleOf({ deltaMode: 1 })).toBeLessThan(scaleOf({}))
  expect(scaleOf({ deltaY: -1e9 })).toBeLessThan(view.scale * 2)
  expect(wheelView(view, { ...wheel, shiftKey: true }, [0, 0])).toEqual(panView(view, -10, 0))
})
