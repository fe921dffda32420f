import { describe, expect, test } from 'vitest'
import { describeNode, type InputDefinition } from './definition.ts'
import { literalProblem } from './literal.ts'
import { defineNode } from './node-type.ts'
import { port, portOf, type Port } from './port.ts'
import { defineType } from './value-type.ts'

const PICTURE = defineType<Uint8Array>({
  id: 'PICTURE',
  check: (value): value is Uint8Array => value instanceof Uint8Array,
  bytes: (value) => value.byteLength,
  store: 'recompute',
})
const picture = portOf(PICTURE)

function inputOf(input: Port<unknown>): InputDefinition {
  const node = defineNode({ type: 'N', category: '', inputs: { it: input }, outputs: {}, run: () => ({}) })
  return describeNode(node).inputs[0]!
}

describe('literalProblem lets in', () => {
  test.each<[string, Port<unknown>, unknown]>([
    ['a whole number in range', port.int({ min: 1, max: 8 }), 8],
    ['a whole number for a float', port.float(), 3],
    ['a choice', port.choice(['a', 'b']), 'b'],
    ['any text, while a computed choice is not looked up', port.choice(() => ['a']), 'later'],
    ['a drawn seed', port.seed(), 'random'],
    ['the largest seed', port.seed(), Number.MAX_SAFE_INTEGER],
    ['a list of numbers', port.list(port.int()), [1, 2]],
    ['an empty list', port.list(port.int()), []],
    ['anything', port.any(), { deep: [null] }],
    ['a member of a union', port.union([picture(), port.string()]), 'text'],
  ])('%s', (_, input, value) => {
    expect(literalProblem(inputOf(input), value)).toBeUndefined()
  })
})

describe('literalProblem says', () => {
  const size = port.int({ min: 1, max: 8 })
  const most = port.int({ max: 8 })
  const range = `from 0 to ${Number.MAX_SAFE_INTEGER}`
  const share = port.float({ min: 0 })
  const list = port.list(port.int())

  test.each<[Port<unknown>, unknown, string, string, string | undefined]>([
    [size, 0, 'value_smaller_than_min', 'expected a whole number from 1 to 8, got 0', 'Set it to 1 or more.'],
    [size, 9, 'value_bigger_than_max', 'expected a whole number from 1 to 8, got 9', 'Set it to 8 or less.'],
    [most, 9, 'value_bigger_than_max', 'expected a whole number of 8 or less, got 9', 'Set it to 8 or less.'],
    [share, -0.5, 'value_smaller_than_min', 'expected a number of 0 or more, got -0.5', 'Set it to 0 or more.'],
    [port.int(), 0.5, 'invalid_input_type', 'expected a whole number, got 0.5', undefined],
    [port.int(), 2 ** 53, 'invalid_input_type', 'expected a whole number, got 9007199254740992', undefined],
    [port.int(), '5', 'invalid_input_type', 'expected a whole number, got "5"', undefined],
    [port.float(), NaN, 'invalid_input_type', 'expected a number, got NaN', undefined],
    [port.string(), null, 'invalid_input_type', 'expected a text, got null', undefined],
    [port.boolean(), 1, 'invalid_input_type', 'expected true or false, got 1', undefined],
    [port.seed(), 'Random', 'invalid_input_type', `expected a whole number ${range}, got "Random"`, undefined],
    [port.choice(['a', 'b']), 'c', 'value_not_in_list', 'expected one of its choices, got "c"', 'Choose one of: a, b.'],
    [port.choice([]), 'c', 'value_not_in_list', 'got "c", but there is nothing to choose from', undefined],
    [list, [1, 'x'], 'invalid_input_type', 'expected a value of type list of INT, got a list of 2', undefined],
    [
      picture(),
      'x.png',
      'invalid_input_type',
      'expected a link from an output of type PICTURE, got the value "x.png"',
      'Connect an output of that type.',
    ],
  ])('%#: %j', (input, value, code, problem, remedy) => {
    expect(literalProblem(inputOf(input), value)).toEqual({ code, problem, remedy })
  })

  test('only the first of many choices', () => {
    const choices = Array.from({ length: 14 }, (_, index) => `c${index}`)
    const found = literalProblem(inputOf(port.choice(choices)), 'x')
    expect(found?.remedy).toBe('Choose one of: c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11 and 2 more.')
  })
})
