import { expect, test } from 'vitest'
import { droppedAt, moveTo, type MoveTo } from './moves.ts'

const ids = ['a', 'b', 'c', 'd']

test.each<[from: number, to: number, isWhole: boolean, move: MoveTo | undefined]>([
  [2, 0, true, 'front'],
  [0, 0, true, undefined],
  [0, 1, true, { before: 'c' }],
  [3, 2, true, { before: 'c' }],
  [1, 3, true, 'end'],
  [1, 9, true, 'end'],
  [3, 3, true, undefined],
  [1, 3, false, undefined],
  [1, -5, true, 'front'],
])('from %i to %i (all known: %j): %j', (from, to, isWhole, move) => {
  expect(moveTo(ids, from, to, isWhole)).toEqual(move)
})

//  a b c d   b is dragged onto the upper half of a row, then its lower half
test.each([[0, 0, 1], [1, 1, 1], [2, 1, 2], [3, 2, 3]])('dropped on row %i: place %i above, %i below', (row, above, below) => {
  expect([droppedAt(1, row, false), droppedAt(1, row, true)]).toEqual([above, below])
})
