import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  dimAdd,
  dimDiv,
  dimEqual,
  dimFloorDiv,
  dimMul,
  dimSub,
  dimSymbols,
  dimText,
  evalDim,
  sym,
  type Dim,
} from './dim.ts'

const [b, h, w] = ['b', 'h', 'w'].map(sym) as [Dim, Dim, Dim]

/** Polynomials of small numbers and the symbols b, h and w. */
const dims: fc.Arbitrary<Dim> = fc.letrec<{ dim: Dim }>((tie) => ({
  dim: fc.oneof(
    { depthSize: 'small' },
    fc.integer({ min: -4, max: 9 }),
    fc.constantFrom(b, h, w),
    fc.tuple(tie('dim'), tie('dim')).map(([x, y]) => dimAdd(x, y)),
    fc.tuple(tie('dim'), tie('dim')).map(([x, y]) => dimMul(x, y)),
  ),
})).dim
const bindings = fc.record({
  b: fc.integer({ min: 1, max: 9 }),
  h: fc.integer({ min: 1, max: 9 }),
  w: fc.integer({ min: 1, max: 9 }),
})

test('dimensions calculate as the numbers that they will be', () => {
  fc.assert(
    fc.property(dims, dims, bindings, (x, y, at) => {
      const [p, q] = [evalDim(x, at), evalDim(y, at)]
      expect([dimAdd(x, y), dimMul(x, y), dimSub(x, y)].map((d) => evalDim(d, at) + 0)).toEqual([
        p + q,
        p * q + 0,
        p - q,
      ])
    }),
  )
})

test('equal polynomials have one form: the laws of a ring hold as equalities', () => {
  fc.assert(
    fc.property(dims, dims, dims, (x, y, z) => {
      expect(dimEqual(dimMul(x, dimAdd(y, z)), dimAdd(dimMul(z, x), dimMul(x, y)))).toBe(true)
      expect(dimEqual(dimSub(dimAdd(x, y), y), x)).toBe(true)
      expect(dimText(dimMul(x, y, z))).toBe(dimText(dimMul(z, y, x)))
    }),
  )
})

test('a product divides by its factors', () => {
  fc.assert(
    fc.property(dims, dims, (x, y) => {
      fc.pre(!dimEqual(y, 0))
      expect(dimText(dimDiv(dimMul(x, y), y))).toBe(dimText(x))
    }),
  )
})

test('a floor is the floor of the number that it will be', () => {
  fc.assert(
    fc.property(dims, fc.integer({ min: 1, max: 5 }), bindings, (x, n, at) => {
      expect(evalDim(dimFloorDiv(x, n), at) + 0).toBe(Math.floor(evalDim(x, at) / n) + 0)
      expect(dimEqual(dimFloorDiv(dimMul(x, n), n), x)).toBe(true)
    }),
  )
})

test('dimensions are written as people write them', () => {
  expect(dimText(dimAdd(dimMul(b, 2, h), 1))).toBe('2*b*h + 1')
  expect(dimText(dimFloorDiv(dimAdd(h, 4), 2))).toBe('floor((h)/2) + 2')
  expect([...dimSymbols(dimMul(b, dimFloorDiv(h, 2)))]).toEqual(['b', 'h'])
})

test('what does not divide, and what has no value, is refused', () => {
  expect(() => dimDiv(dimMul(3, h), 2)).toThrow('3*h is not divisible by 2')
  expect(() => dimDiv(dimAdd(h, 1), h)).toThrow('h + 1 is not divisible by h')
  expect(() => dimDiv(h, 0)).toThrow('h is not divisible by 0')
  expect(() => evalDim(dimMul(h, w), { h: 1 })).toThrow('the dimension "w" has no value')
})
