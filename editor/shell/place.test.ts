import { expect, test } from 'vitest'
import { placeInside } from './place.ts'

const WINDOW = [1000, 600] as const

test('hangs below what it belongs to where there is room', () => {
  expect(placeInside([100, 50, 80, 30], [200, 300], WINDOW, 'at')).toEqual([100, 80])
})

test('opens upwards at the lower edge, to the left at the right one', () => {
  expect(placeInside([900, 500, 0, 0], [200, 300], WINDOW, 'at')).toEqual([792, 200])
  expect(placeInside([700, 100, 200, 30], [200, 100], WINDOW, 'beside')).toEqual([500, 100])
})

test('what opens over a place is moved only as far as it has to be', () => {
  expect(placeInside([900, 100, 0, 0], [200, 300], WINDOW, 'over')).toEqual([792, 100])
  expect(placeInside([300, 500, 0, 0], [200, 300], WINDOW, 'over')).toEqual([300, 292])
})

test('what is larger than the window begins at its upper left', () => {
  expect(placeInside([500, 300, 0, 0], [2000, 2000], WINDOW, 'at')).toEqual([8, 8])
})
