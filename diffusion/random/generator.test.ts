import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DiffusionError } from '../error.ts'
import { roundBfloat16, roundFloat16, roundHalfEven } from './half.ts'
import { Generator } from './generator.ts'

// Values of torch 2.5.1 on the CPU (golden case `rng`); the whole set runs with the goldens.
test('seed 42 gives the numbers of torch.manual_seed(42)', () => {
  expect([...new Generator(42).randperm(5)].sort()).toEqual([0, 1, 2, 3, 4])
  expect(new Generator(42).randn([1])[0]).toBeCloseTo(0.33669036626815796, 7)
  expect(new Generator(42).rand([1])[0]).toBeCloseTo(0.8822692632675171, 7)
})

test('only the low 32 bits of a seed count, and negative seeds wrap', () => {
  const first = (seed: number | bigint) => [...new Generator(seed).randn([20])]
  expect(first(4294967301)).toEqual(first(5))
  expect(first(-1)).toEqual(first(2n ** 64n - 1n))
  expect(first(-1n)).toEqual(first(4294967295))
})

test.each([1.5, NaN, 2 ** 60, 2n ** 64n, -(2n ** 63n) - 1n])('seed %s is refused', (seed) => {
  expect(() => new Generator(seed)).toThrow(DiffusionError)
})

const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 6 })

test('a saved state goes on exactly as the generator would have, through JSON, at any point', () => {
  fc.assert(fc.property(fc.bigInt(-(2n ** 63n), 2n ** 64n - 1n), sizes, sizes, (seed, before, after) => {
    const generator = new Generator(seed)
    for (const n of before) generator.randn([n])
    const saved = JSON.stringify(generator.state())
    const resumed = Generator.from(JSON.parse(saved))
    for (const n of after) expect(resumed.randn([n])).toEqual(generator.randn([n]))
    expect(resumed.state()).toEqual(generator.state())
  }))
})

test('a state that is none is refused', () => {
  const state = new Generator(0).state()
  expect(() => Generator.from({ ...state, words: state.words.slice(1) })).toThrow(/624 words/)
  expect(() => Generator.from({ ...state, position: 625 })).toThrow(DiffusionError)
})

test('normal numbers have mean 0 and variance 1, in every type', () => {
  for (const dtype of ['float32', 'float64', 'float16', 'bfloat16'] as const) {
    const x = [...new Generator(7).randn([50_000], dtype)]
    const mean = x.reduce((sum, v) => sum + v, 0) / x.length
    const variance = x.reduce((sum, v) => sum + v * v, 0) / x.length
    expect(Math.abs(mean)).toBeLessThan(0.02)
    expect(Math.abs(variance - 1)).toBeLessThan(0.03)
  }
})

test('randint stays in its bounds, wide ranges too, and refuses an empty one', () => {
  fc.assert(fc.property(fc.bigInt(-(2n ** 40n), 2n ** 40n), fc.bigInt(1n, 2n ** 41n), (low, size) => {
    for (const n of new Generator(1).randint(low, low + size, [9])) expect(n >= low && n < low + size).toBe(true)
  }))
  expect(() => new Generator(1).randint(3, 3, [1])).toThrow(/low below high/)
})

describe('half precision', () => {
  const view = new DataView(new ArrayBuffer(4))
  test('bfloat16 equals rounding the float32 bits', () => {
    const float = fc.float({ noNaN: true, max: Math.fround(1e38), min: Math.fround(-1e38) })
    fc.assert(fc.property(float, (x) => {
      view.setFloat32(0, x)
      const bits = view.getUint32(0)
      view.setUint32(0, (bits + 0x7fff + ((bits >>> 16) & 1)) & 0xffff0000)
      expect(roundBfloat16(x)).toBe(view.getFloat32(0))
    }))
  })
  test('float16 corners', () => {
    expect([1 / 3, 65519, 65520, 2 ** -24, 2 ** -25, 2049, 2051, 0.1].map(roundFloat16)).toEqual(
      [0.333251953125, 65504, Infinity, 2 ** -24, 0, 2048, 2052, 0.0999755859375])
    expect([0.5, 1.5, 2.5, -0.5, -1.5, 2.4].map(roundHalfEven)).toEqual([0, 2, 2, -0, -2, 2])
  })
})
