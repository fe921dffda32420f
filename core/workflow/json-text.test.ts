import { describe, expect, test } from 'vitest'
import { checkJson, readJson } from './json-text.ts'

const limits = { characters: 1000, depth: 4 }

describe('readJson', () => {
  test('reads what JSON.parse reads, also behind a byte order mark', () => {
    expect(readJson('\uFEFF{"a": [1, "x", null, true]}')).toEqual({ a: [1, 'x', null, true] })
  })

  test('keeps a key such as __proto__ as a key, without touching any prototype', () => {
    const value = readJson('{"__proto__": {"polluted": 1}, "constructor": 2}')
    expect(Object.keys(value as object)).toEqual(['__proto__', 'constructor'])
    expect(Reflect.get({}, 'polluted')).toBeUndefined()
  })

  test.each([
    ['{"a": 1, "b": 2, "a": 3}', 'line 1, column 18: the key "a" stands twice in one object. Remove one of the two.'],
    ['{\n  "a": {"x": 1},\n  "\\u0061": 2\n}', 'line 3, column 3: the key "\\u0061" stands twice'],
    ['[{"a": 1, "b": {"a": "\\"", "a": 2}}]', 'column 28: the key "a" stands twice'],
    ['{"a": 1,}', 'the text is not JSON'],
    ['{"a": 1', 'line 1, column 8: the text is not JSON'],
    ['{"a": 1e400}', 'expected numbers below 1.8e308, got Infinity'],
    ['{"a": NaN}', 'the text is not JSON'],
    ['"\\ud800"', 'the text "\\ud800" holds half a character (a lone surrogate). Write the text again.'],
    ['{"\\udc00": 1}', 'holds half a character'],
    ['{"a": [-9007199254740993]}', 'column 9: the number 9007199254740993 can\'t be kept: it would become 9007199254740992.'],
    ['[18446744073709551615]', 'Whole numbers go to 9007199254740991; write a longer one as a text.'],
    ['[[[[[]]]]]', 'expected at most 4 levels of nesting'],
    [`"${'x'.repeat(1000)}"`, 'expected at most 1000 characters, got 1002'],
  ])('refuses %j', (text, message) => {
    expect(() => readJson(text, limits)).toThrow(message)
  })

  test('keeps long numbers that a double holds, and all that stand in texts', () => {
    const text = '{"9007199254740993": "9007199254740993", "a": [9007199254740991, 9007199254740992, 9223372036854776000, 0.12345678901234567890]}'
    expect(readJson(text)).toEqual(JSON.parse(text))
    expect(readJson('[12345678901234567e-3]')).toEqual([Number('12345678901234.567')])
  })

  test('is not fooled by keys and quotes inside texts, nor by equal keys in different objects', () => {
    const text = '{"a": "\\", \\"a\\": 1", "b": [{"a": 1}, {"a": 2}], "c": "a"}'
    expect(readJson(text)).toEqual(JSON.parse(text))
  })

  test('stands nesting and length that overflow a stack', () => {
    const deep = 100_000
    expect(() => readJson('['.repeat(deep) + ']'.repeat(deep))).toThrow('at most 64 levels')
    expect(() => readJson(`{"a":`.repeat(deep))).toThrow('not JSON')
    expect(readJson(`"${'x'.repeat(1e7)}"`)).toHaveLength(1e7)
  })
})

test('checkJson refuses a value that contains itself', () => {
  const circle: { self?: object } = {}
  circle.self = circle
  expect(() => checkJson(circle)).toThrow('at most 64 levels of nesting')
})
