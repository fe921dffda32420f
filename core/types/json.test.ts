import { expect, test } from 'vitest'
import { shortText } from './json.ts'

class Mesh {}

test.each<[unknown, string]>([
  [undefined, 'nothing'],
  [null, 'null'],
  [12.5, '12.5'],
  ['a "cat"', '"a \\"cat\\""'],
  [[1, 2, 3], 'a list of 3'],
  [{ a: 1 }, 'an object'],
  [Object.create(null), 'an object'],
  [new Mesh(), 'a value of class Mesh'],
  [() => 1, 'a function'],
])('shortText says %#', (value, text) => {
  expect(shortText(value)).toBe(text)
})

test('shortText stays short, whatever comes', () => {
  expect(shortText('x'.repeat(1e6))).toHaveLength(80)
  expect(shortText(10n ** 500n)).toHaveLength(80)
})
