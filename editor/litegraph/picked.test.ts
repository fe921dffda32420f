import { expect, test } from 'vitest'
import { picked } from './picked.ts'

const before = new Set(['a', 'b'])

test.each([
  { what: 'one alone', one: 'c', adds: false, after: ['c'] },
  { what: 'one more', one: 'c', adds: true, after: ['a', 'b', 'c'] },
  { what: 'one less', one: 'b', adds: true, after: ['a'] },
  { what: 'nothing', one: undefined, adds: false, after: [] },
  { what: 'the same, when nothing was hit with a key held', one: undefined, adds: true, after: ['a', 'b'] },
])('$what', ({ one, adds, after }) => {
  expect([...picked(before, one, adds)]).toEqual(after)
})
