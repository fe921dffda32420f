import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { runs } from '../../test/laws.ts'
import { ExpressionError, parseExpression } from './expression.ts'

const evaluate = (text: string, variables: Record<string, number | boolean> = {}) =>
  parseExpression(text)(new Map(Object.entries(variables)))
const problem = (text: string, variables: Record<string, number> = {}) => {
  try {
    evaluate(text, variables)
  } catch (error) {
    if (error instanceof ExpressionError) return `${error.message} (${error.at})`
    throw error
  }
  return 'none'
}

test.each([
  ['1 + 2 * 3', 7], ['(1 + 2) * 3', 9], ['2 ** 3 ** 2', 512], ['-2 ** 2', -4], ['2 ** -1', 0.5], ['--3', 3],
  ['7 // 2', 3], ['-7 // 2', -4], ['-7 % 3', 2], ['7 % -3', -2], ['1e3 + .5', 1000.5],
  ['1 < 2 < 3', true], ['1 < 3 < 2', false], ['not 1 == 2', true], ['1 == 1 and 2 > 3 or true', true], ['!true || false', false],
  ['5 if 1 > 2 else 6', 6], ['1 > 2 ? 5 : 6', 6], ['1 ? 2 ? 3 : 4 : 5', 3],
  ['max(1, 5, 3)', 5], ['clamp(12, 0, 10)', 10], ['round(2.345, 2)', 2.35], ['round(1e-7)', 0], ['lerp(2, 4, 0.25)', 2.5],
  ['floor(pi) + ceil(e)', 6], ['hypot(3, 4)', 5], ['int(-2.7)', -2], ['log(8, 2)', 3], ['abs(-1) + sign(-4)', 0],
  ['max(a, 512) // 8 * 8', 776], ['  a\n*\t2 ', 1560],
])('%s = %j', (text, expected) => expect(evaluate(text, { a: 780 })).toBe(expected))

test.each([
  ['', 'the formula ends where a value or an operator should be (0)'],
  ['1 +', 'the formula ends where a value or an operator should be (3)'],
  ['(1', 'the formula ends where ")" should be (2)'],
  ['1 2', '"2" stands where a value or an operator should be (2)'],
  ['a.b', '"." means nothing here (1)'],
  ['x', '"x" has no value (0)'],
  ['1 / (a - a)', 'it divides by 0 (2)'],
  ['sqrt()', 'sqrt() takes 1 values, not 0 (0)'],
  ['clamp(1, 2)', 'clamp() takes 3 values, not 2 (0)'],
  ['constructor', '"constructor" has no value (0)'],
  ['__proto__', '"__proto__" has no value (0)'],
  ['toString()', 'there is no function "toString" (0)'],
  ['require("fs")', '"\\"" means nothing here (8)'],
  ['a[0]', '"[" means nothing here (1)'],
  ['a = 1', '"=" means nothing here (2)'],
  ['if', '"if" stands where a value or an operator should be (0)'],
])('%s: %s', (text, expected) => expect(problem(text, { a: 1 })).toBe(expected))

describe('whatever is written', () => {
  test('is a value or an ExpressionError', () => fc.assert(fc.property(
    fc.oneof(fc.string(), fc.array(fc.constantFrom('1', 'a', '+', '-', '*', '**', '(', ')', ',', 'min', '?', ':', 'if', 'else', 'not', '<', '==', ' ')).map((parts) => parts.join(''))),
    (text) => { problem(text, { a: 2 }) }), runs(2000)))
  test('deep and long formulas are refused, not a stack overflow', () => {
    expect(problem(`${'('.repeat(4900)}1${')'.repeat(4900)}`)).toContain('it is nested deeper than 100 levels')
    expect(problem(`1${' ** 1'.repeat(1500)}`)).toContain('nested deeper')
    expect(problem(`1${' ? 1 : 1'.repeat(1000)}`)).toContain('nested deeper')
    expect(evaluate(`${'-'.repeat(5000)}1`)).toBe(1)
    expect(evaluate(`1${' + 1'.repeat(2400)}`)).toBe(2401)
    expect(problem('1'.repeat(10_001))).toContain('longer than 10000 characters')
  })
  test('sums and products are JavaScript\'s', () => fc.assert(fc.property(
    fc.double({ noNaN: true, noDefaultInfinity: true }), fc.double({ noNaN: true, noDefaultInfinity: true }), (a, b) => {
      expect(evaluate('a + b', { a, b })).toBe(a + b)
      expect(evaluate('a * b - a', { a, b })).toBe(a * b - a)
      expect(evaluate('a <= b', { a, b })).toBe(a <= b)
    })))
})
