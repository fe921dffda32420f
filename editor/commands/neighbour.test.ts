import { expect, test } from 'vitest'
import { neighbour } from './neighbour.ts'

//  a   c
//  b     d
const nodes = [{ id: 'd', position: [350, 200] }, { id: 'b', position: [10, 200] }, { id: 'c', position: [300, 0] }, { id: 'a', position: [0, 0] }] as const

test.each([
  ['', 1, 'a'], ['', -1, 'd'], ['a', 1, 'b'], ['b', 1, 'c'], ['c', 1, 'd'], ['d', 1, undefined], ['a', -1, undefined], ['a b', 1, 'c'], ['c d', -1, 'b'], ['gone', 1, 'a'],
] as const)('from "%s" by %d is %s', (selected, by, id) => {
  expect(neighbour(nodes, new Set(selected.split(' ')), by)?.id).toBe(id)
})
