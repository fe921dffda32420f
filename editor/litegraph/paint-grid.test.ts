import { expect, test } from 'vitest'
import { gridStep } from './paint-grid.ts'

test('the grid is coarser from afar, always a multiple of itself', () => {
  expect(gridStep(20, 1)).toBe(20)
  expect(gridStep(20, 0.5)).toBe(40)
  expect(gridStep(20, 0.05)).toBe(640)
  expect(gridStep(0, 1)).toBe(32)
})
