import { expect, test } from 'vitest'
import { withUse } from './node-uses.ts'

test('what was used last comes first, with how often it was', () => {
  expect(withUse(withUse(withUse([], 'A'), 'B'), 'A')).toEqual([['A', 2], ['B', 1]])
  expect(withUse(Array.from({ length: 200 }, (_, index) => [String(index), 1]), 'new')).toHaveLength(200)
})
