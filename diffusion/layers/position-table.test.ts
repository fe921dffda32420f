import { describe, expect, test } from 'vitest'
import { frameTable, sincos2d } from './position-table.ts'

const row = (table: Float32Array, i: number, width: number) => [...table.subarray(i * width, (i + 1) * width)]
const close = (value: number) => expect.closeTo(value, 6)

describe('sincos2d', () => {
  const native = { width: 8, base: 4, scale: 1 }

  test('encodes the column in the first half, the row in the second, each half sines then cosines', () => {
    const table = sincos2d({ ...native, rows: 4, columns: 4 })
    const [r, c] = [2, 3]
    expect(row(table, r * 4 + c, 8)).toEqual(
      [
        Math.sin(c),
        Math.sin(c / 100),
        Math.cos(c),
        Math.cos(c / 100),
        Math.sin(r),
        Math.sin(r / 100),
        Math.cos(r),
        Math.cos(r / 100),
      ].map(close),
    )
  })

  test('stretches another size onto the native range', () => {
    const twice = sincos2d({ ...native, rows: 8, columns: 4 })
    const once = sincos2d({ ...native, rows: 4, columns: 4 })
    expect(row(twice, 6 * 4 + 1, 8)).toEqual(row(once, 3 * 4 + 1, 8).map(close))
  })

  test('divides positions by the scale of the 1024 kind', () => {
    const half = sincos2d({ ...native, rows: 4, columns: 4, scale: 2 })
    expect(row(half, 2, 8).slice(0, 4)).toEqual([Math.sin(1), Math.sin(0.01), Math.cos(1), Math.cos(0.01)].map(close))
  })
})

test('frameTable has sines in even channels, cosines in odd ones', () => {
  const table = frameTable(5, 6)
  const angles = [4, 4 * 10_000 ** (-2 / 6), 4 * 10_000 ** (-4 / 6)]
  expect(row(table, 4, 6)).toEqual(angles.flatMap((a) => [Math.sin(a), Math.cos(a)]).map(close))
  expect(row(table, 0, 6)).toEqual([0, 1, 0, 1, 0, 1])
})
