import { expect, test } from 'vitest'
import { nextItem } from './next-item.ts'

const LABELS = ['Cut', 'Copy', 'Delete', 'Édit']

test('arrows go round', () => {
  expect(nextItem('ArrowDown', 3, LABELS)).toBe(0)
  expect(nextItem('ArrowUp', 0, LABELS)).toBe(3)
  expect([nextItem('Home', 2, LABELS), nextItem('End', 1, LABELS)]).toEqual([0, 3])
})

test('a letter leads to the next that begins with it, over and over', () => {
  expect(nextItem('c', 0, LABELS)).toBe(1)
  expect(nextItem('C', 1, LABELS)).toBe(0)
  expect(nextItem('é', 0, LABELS)).toBe(3)
  expect(nextItem('x', 0, LABELS)).toBeUndefined()
})

test('other keys mean nothing here', () => {
  expect([nextItem(' ', 0, LABELS), nextItem('Enter', 0, LABELS)]).toEqual([undefined, undefined])
})
