import { expect, test } from 'vitest'
import { drawsFrom } from './draws.ts'

const first = (text: string, count: number) => Array.from({ length: count }, drawsFrom(text))

test('the same text gives the same numbers, another gives others', () => {
  expect(first('job 1', 5)).toEqual(first('job 1', 5))
  expect(new Set([...first('job 1', 5), ...first('job 2', 5)]).size).toBe(10)
})

test('numbers are whole, and use all 53 bits', () => {
  const numbers = first('job', 200)
  expect(numbers.every((one) => Number.isSafeInteger(one) && one >= 0)).toBe(true)
  expect(Math.max(...numbers)).toBeGreaterThan(2 ** 52)
  expect(Math.min(...numbers)).toBeLessThan(2 ** 52)
})
