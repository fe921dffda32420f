import { expect, test } from 'vitest'
import { Buckets } from './rate.ts'

test('a bucket lets a burst through, then one per refill, each key by itself', () => {
  const buckets = new Buckets(0.5, 3)
  for (let i = 0; i < 3; i++) {
    expect(buckets.wait('a', 1000)).toBe(0)
    buckets.take('a', 1000)
  }
  expect(buckets.wait('a', 1000)).toBe(2)
  expect(buckets.wait('b', 1000)).toBe(0)
  expect(buckets.wait('a', 3000)).toBe(0)
  buckets.take('a', 3000)
  expect(buckets.wait('a', 3000)).toBe(2)
  expect(buckets.wait('a', 1_000_000)).toBe(0)
})

test('a clock that goes back gives nothing for free', () => {
  const buckets = new Buckets(1, 1)
  buckets.take('a', 10_000)
  expect(buckets.wait('a', 5000)).toBe(1)
})

test('a flood of keys does not fill the memory, nor lets a key off that has to wait', () => {
  const buckets = new Buckets(0.001, 2)
  for (let i = 0; i < 20_000; i++) buckets.take(`address ${i}`, 0)
  buckets.take('last', 0)
  buckets.take('last', 0)
  expect(buckets.wait('last', 0)).toBeGreaterThan(0)
})
