import { expect, test } from 'vitest'
import { closest, didYouMean, listed } from './suggest.ts'

const names = ['steps', 'seed', 'sampler_name', 'Sampler']

test('closest finds what was probably meant, and nothing otherwise', () => {
  expect(closest('step', names)).toBe('steps')
  expect(closest('stpes', names)).toBe('steps')
  expect(closest('SEED', names)).toBe('seed')
  expect(closest('sampler', names)).toBe('Sampler')
  expect(closest('width', names)).toBeUndefined()
  expect(closest('x'.repeat(1e6), names)).toBeUndefined()
})

test('didYouMean and listed are sentences', () => {
  expect(didYouMean('stepz', names)).toBe('Did you mean "steps"?')
  expect(listed(['a'], 'input')).toBe('There is the input a.')
  expect(listed(['a', 'b'], 'input')).toBe('There are the inputs a, b.')
  expect(listed([], 'input')).toBeUndefined()
  expect(listed(Array.from({ length: 13 }, (_, i) => String(i)), 'node')).toMatch(/10, 11, …\.$/)
})
