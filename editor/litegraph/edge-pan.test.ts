import { expect, test } from 'vitest'
import { edgeSpeed } from './edge-pan.ts'

const AREA = [100, 50, 400, 300] as const

test('the view stands in the middle of the canvas', () => {
  expect(edgeSpeed([300, 200], AREA)).toEqual([0, 0])
  expect(edgeSpeed([128, 78], AREA)).toEqual([0, 0])
})

test('it goes against the edge that is near, faster the nearer, and no faster beyond it', () => {
  const [near] = edgeSpeed([114, 200], AREA)
  const [nearer] = edgeSpeed([104, 200], AREA)
  expect(near).toBeGreaterThan(0)
  expect(nearer).toBeGreaterThan(near)
  expect(edgeSpeed([100, 200], AREA)).toEqual(edgeSpeed([-900, 200], AREA))
  expect(edgeSpeed([500, 350], AREA).every((speed) => speed < 0)).toBe(true)
})

test('it stands where both edges are near', () => {
  expect(edgeSpeed([5, 5], [0, 0, 10, 10])).toEqual([0, 0])
})
