import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { shapeEqual, sym, type Dim } from '../graph/dim.ts'
import { broadcast } from './shapes.ts'

/** A full shape, and two shapes that broadcast to parts of it: axes turned to 1, leading axes dropped. */
const pairs = fc.array(fc.constantFrom<Dim>(2, 3, sym('n'), 1), { maxLength: 4 }).chain((full) => {
  const part = fc
    .tuple(fc.nat(full.length), fc.array(fc.boolean(), { minLength: full.length, maxLength: full.length }))
    .map(([drop, ones]) => full.map((d, i) => (ones[i] ? 1 : d)).slice(drop))
  return fc.tuple(fc.constant(full), part, part)
})

test('broadcasting is commutative, has [] as its neutral element, and stays below what both fit into', () => {
  fc.assert(
    fc.property(pairs, ([full, a, b]) => {
      const y = broadcast(a, b)
      expect(shapeEqual(y, broadcast(b, a))).toBe(true)
      expect(shapeEqual(broadcast(a, []), a)).toBe(true)
      expect(shapeEqual(broadcast(y, a), y)).toBe(true)
      expect(shapeEqual(broadcast(y, full), full)).toBe(true)
    }),
  )
})

test('a symbol fits itself and 1, nothing else', () => {
  expect(broadcast([sym('n'), 1], [1, 4])).toEqual([sym('n'), 4])
  expect(() => broadcast([sym('n')], [4])).toThrow('shapes [n] and [4] do not broadcast')
})
