import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { toFloat32 } from './float.ts'

describe('toFloat32', () => {
  test.each([
    [0x0000, 0], [0x8000, -0], [0x3c00, 1], [0xc000, -2], [0x7bff, 65_504], [0x0400, 2 ** -14], [0x0001, 2 ** -24],
    [0x03ff, 1023 * 2 ** -24], [0x3555, 0.333251953125], [0x7c00, Infinity], [0xfc00, -Infinity], [0x7e00, NaN],
  ])('float16 0x%s', (bits, value) => {
    expect(toFloat32({ dtype: 'float16', shape: [1], data: Uint16Array.of(bits) })[0]).toBe(value)
  })

  test('bfloat16 is the upper half of a float32', () => {
    fc.assert(fc.property(fc.nat(0xffff), (bits) => {
      const view = new DataView(new ArrayBuffer(4))
      view.setUint32(0, bits << 16 >>> 0)
      expect(toFloat32({ dtype: 'bfloat16', shape: [1], data: Uint16Array.of(bits) })[0]).toBe(view.getFloat32(0))
    }))
  })

  test('whole numbers, doubles and truth values', () => {
    expect(toFloat32({ dtype: 'int64', shape: [2], data: BigInt64Array.of(-5n, 7n) })).toEqual(Float32Array.of(-5, 7))
    expect(toFloat32({ dtype: 'int8', shape: [2], data: Int8Array.of(-128, 127) })).toEqual(Float32Array.of(-128, 127))
    expect(toFloat32({ dtype: 'float64', shape: [1], data: Float64Array.of(0.1) })).toEqual(Float32Array.of(0.1))
    expect(toFloat32({ dtype: 'bool', shape: [2], data: Uint8Array.of(0, 1) })).toEqual(Float32Array.of(0, 1))
  })

  test('float32 is given as it is, not copied', () => {
    const data = Float32Array.of(1)
    expect(toFloat32({ dtype: 'float32', shape: [1], data })).toBe(data)
  })
})
