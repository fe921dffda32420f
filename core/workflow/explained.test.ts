import { expect, test } from 'vitest'
import { explanationOf, messageWithout } from './explained.ts'

test('an error says of itself what stands in its fields as text', () => {
  const error = Object.assign(new Error('steps: too many. Use less.'), { field: 'steps', remedy: 'Use less.', found: '', expected: 5 })
  expect(explanationOf(error)).toEqual({ field: 'steps', remedy: 'Use less.' })
  expect(messageWithout(error, 'Use less.')).toBe('steps: too many')
  expect(messageWithout(error, 'Use more.')).toBe('steps: too many. Use less')
})

test.each([[undefined, ''], [null, ''], ['text.', 'text'], [5, '5']])('%j says little', (thrown, message) => {
  expect(explanationOf(thrown)).toEqual({})
  expect(messageWithout(thrown, undefined)).toBe(message)
})

test('a field that throws when it is read says nothing', () => {
  const error = Object.defineProperty(new Error('no'), 'remedy', { get: () => { throw new Error('again') } })
  expect(explanationOf(error)).toEqual({})
})
