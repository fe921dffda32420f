import { expect, test } from 'vitest'
import { roughSize } from './rough-size.ts'

test('grows with texts, names and entries', () => {
  expect(roughSize('x'.repeat(1000))).toBeGreaterThan(1000)
  expect(roughSize({ [`${'n'.repeat(500)}`]: 1 })).toBeGreaterThan(500)
  expect(roughSize(Array.from({ length: 100 }, () => 0))).toBeGreaterThan(100)
  expect(roughSize(undefined)).toBeLessThan(100)
})

test('stops counting once it is clear that a value is too large', () => {
  const touched: number[] = []
  const rows = Array.from({ length: 1000 }, (_, at) => Object.defineProperty({}, 'text', { enumerable: true, get: () => (touched.push(at), 'x'.repeat(100)) }))
  expect(roughSize(rows, 50_000)).toBeGreaterThan(50_000)
  expect(touched.length).toBeLessThan(1000)
})

test('follows values that are nested deeper than the stack is', () => {
  let deep: unknown = 1
  for (let at = 0; at < 100_000; at++) deep = [deep]
  expect(roughSize(deep)).toBeGreaterThan(100_000)
})
