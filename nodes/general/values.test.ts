import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { runs } from '../../test/laws.ts'
import type { WorkflowError } from '../../core/index.ts'
import { computed, each, runNode } from '../testing/run-node.ts'
import { fillTemplate } from './format-text.ts'

const outputsOf = async (type: string, inputs: Record<string, unknown>) => (await runNode(type, inputs)).outputs
const messageOf = (type: string, inputs: Record<string, unknown>) =>
  runNode(type, inputs).then(() => 'it ran', (error: WorkflowError) => error.message)

describe('primitives', () => {
  test.each([
    ['PrimitiveInt', 7, 'INT'], ['PrimitiveFloat', 0.5, 'FLOAT'], ['PrimitiveString', 'é', 'STRING'],
    ['PrimitiveStringMultiline', 'a\nb', 'STRING'], ['PrimitiveBoolean', true, 'BOOLEAN'], ['PrimitiveNode', 'x', 'value'], ['Reroute', 3, 'value'],
  ])('%s gives %j', async (type, value, output) => expect(await outputsOf(type, { value })).toEqual({ [output]: value }))
})

describe('numbers', () => {
  test.each([
    ['a + b', 7.5, 2, 9.5], ['a - b', 1, 2, -1], ['a * b', 3, 0.5, 1.5], ['a / b', 7, 2, 3.5], ['a // b', -7, 2, -4],
    ['a % b', -7, 3, 2], ['a ** b', 2, 10, 1024], ['min(a, b)', 1, 2, 1], ['max(a, b)', 1, 2, 2], ['abs(a - b)', 1, 4, 3], ['a + b', true, 1, 2],
  ])('%s of %j and %j', async (operation, a, b, expected) =>
    expect(await outputsOf('Calculate', { a, b, operation })).toEqual({ FLOAT: expected, INT: Math.trunc(expected) }))
  test('a division by 0 and an infinite result are refused', async () => {
    expect(await messageOf('Calculate', { a: 1, b: 0, operation: 'a / b' })).toBe('Calculate (node node): it would divide by 0. Give another b.')
    expect(await messageOf('Calculate', { a: 1e300, b: 1e300, operation: 'a * b' })).toContain('the result is infinite')
  })
  test('a whole number too large to be held is the nearest that can', async () =>
    expect(await outputsOf('Calculate', { a: 1e300, b: 0 })).toEqual({ FLOAT: 1e300, INT: Number.MAX_SAFE_INTEGER }))
  test.each([['a == b', false], ['a != b', true], ['a < b', true], ['a <= b', true], ['a > b', false], ['a >= b', false]])('1, 2: %s is %j',
    async (comparison, expected) => expect(await outputsOf('CompareNumbers', { a: 1, b: 2, comparison })).toEqual({ BOOLEAN: expected }))
  test('clamp, min and max, not, logic', async () => {
    expect(await outputsOf('ClampNumber', { value: 5, min: 0, max: 3 })).toEqual({ FLOAT: 3, INT: 3 })
    expect(await messageOf('ClampNumber', { value: 5, min: 4, max: 3 })).toContain('expected min (4) or more, got 3. Exchange the two.')
    expect(await outputsOf('InvertBooleanNode', { boolean: true })).toEqual({ BOOLEAN: false })
    expect(await outputsOf('Logic', { a: true, b: true, operation: 'xor' })).toEqual({ BOOLEAN: false })
    expect(await outputsOf('MinMax', { 'numbers.0': 3, 'numbers.1': -1, 'numbers.2': 2 })).toEqual({ min: -1, max: 3 })
  })
  test.each([[775, 'nearest', 8, 776], [775, 'down', 8, 768], [769, 'up', 8, 776], [-7.5, 'towards 0', 1, -7], [0.34, 'nearest', 0.1, 0.3]])(
    '%d %s by %d is %d', async (value, mode, step, expected) => expect((await outputsOf('RoundNumber', { value, mode, step }))['FLOAT']).toBe(expected))
  test.each([['12', 12], [' -0.5e1 ', -5], [true, 1], [3.9, 3.9]])('%j as a number', async (value, expected) =>
    expect((await outputsOf('ComfyNumberConvert', { value }))['FLOAT']).toBe(expected))
  test.each(['', 'twelve', '1 2', '0x10', 'Infinity', '1e999'])('%j is no number', async (value) =>
    expect(await messageOf('ComfyNumberConvert', { value })).toMatch(/expected a number such as|the result is infinite/))
  test('a formula, and its mistakes with their place', async () => {
    expect(await outputsOf('MathExpression', { expression: 'max(a, b) // 8 * 8', a: 100, b: 60 })).toEqual({ FLOAT: 96, INT: 96, BOOL: true })
    expect(await messageOf('MathExpression', { expression: '2 * (a + ' })).toBe('MathExpression (node node), input "expression": '
      + 'the formula ends where a value or an operator should be, at 2 * (a +▸ . Correct the formula, or link the value it names.')
    expect(await messageOf('MathExpression', { expression: '1 + z', a: 1 })).toContain('"z" has no value, at 1 + ▸z')
  })
})

describe('texts', () => {
  test.each([
    ['StringConcatenate', { string_a: 'a', string_b: 'b', delimiter: ', ' }, 'a, b'],
    ['StringSubstring', { string: 'a😀bc', start: 1, end: 3 }, '😀b'],
    ['StringSubstring', { string: 'abc', start: -2, end: 3 }, 'bc'],
    ['CaseConverter', { string: 'don\'t stop', mode: 'Title Case' }, 'Don\'t Stop'],
    ['CaseConverter', { string: 'ÉTÉ x', mode: 'Capitalize' }, 'Été x'],
    ['CaseConverter', { string: 'ß', mode: 'UPPERCASE' }, 'SS'],
    ['StringTrim', { string: ' \n a b\t', mode: 'Both' }, 'a b'], ['StringTrim', { string: ' a ', mode: 'Left' }, 'a '],
    ['StringReplace', { string: 'a.b.c', find: '.', replace: '$&' }, 'a$&b$&c'],
    ['StringReplace', { string: 'abc', find: '', replace: 'x' }, 'abc'],
    ['FormatText', { template: '{a:04} of {b}, {c:.2} {{x}}', a: 7, b: 'n', c: 1.005 }, '0007 of n, 1.00 {x}'],
    ['FormatText', { template: '{a:05}{b:4}', a: -3, b: 'é' }, '-0003   é'],
    ['RegexExtract', { string: 'a1 b22', regex_pattern: '\\d+', mode: 'All Matches' }, '1\n22'],
    ['RegexExtract', { string: 'seed=42;', regex_pattern: 'seed=(\\d+)', mode: 'First Group' }, '42'],
    ['RegexExtract', { string: 'none', regex_pattern: '\\d' }, ''],
    ['RegexReplace', { string: 'John Smith', regex_pattern: '(\\w+) (?P<last>\\w+)', replace: '\\g<last>, \\1' }, 'Smith, John'],
    ['RegexReplace', { string: 'aaa', regex_pattern: 'a', replace: 'b', count: 2 }, 'bba'],
    ['RegexReplace', { string: 'ab', regex_pattern: '', replace: '-' }, '-a-b-'],
  ])('%s %j', async (type, inputs, expected) => expect((await outputsOf(type, inputs))['STRING']).toBe(expected))

  test('comparisons', async () => {
    expect(await outputsOf('StringLength', { string: 'é😀' })).toEqual({ length: 2 })
    expect(await outputsOf('StringContains', { string: 'ABC', substring: 'b', case_sensitive: false })).toEqual({ contains: true })
    expect(await outputsOf('StringCompare', { string_a: 'ABC', string_b: 'ab', mode: 'Starts With', case_sensitive: false })).toEqual({ BOOLEAN: true })
    expect(await outputsOf('RegexMatch', { string: 'a\nb', regex_pattern: '^B$', multiline: true })).toEqual({ matches: true })
    expect(await outputsOf('RegexMatch', { string: 'a\nb', regex_pattern: 'a.b' })).toEqual({ matches: false })
  })

  test('patterns that would take for ever elsewhere take no time', async () => {
    const began = performance.now()
    const text = `${'a'.repeat(50_000)}!`
    for (const pattern of ['(a+)+$', '(a|aa)+$', '(.*a){20}b', '^(([a-z])+.)+[A-Z]([a-z])+$']) {
      expect(await outputsOf('RegexMatch', { string: text, regex_pattern: pattern, case_insensitive: false })).toEqual({ matches: false })
    }
    expect(performance.now() - began).toBeLessThan(30_000)
  })
  test.each([
    ['(', 'missing closing \\)'], ['(?<=a)b', 'look-around and back-references can\'t be searched for in bounded time'], ['(a)\\1', 'look-around'],
    ['a{1001}', 'invalid repeat count'], ['x'.repeat(1001), 'longer than 1000 characters'],
  ])('the pattern %s is refused before anything runs', async (pattern, message) => {
    const text = await messageOf('RegexMatch', { string: 'a', regex_pattern: pattern })
    expect(text).toMatch(new RegExp(`input "regex_pattern": expected a regular expression, but .*${message}`))
  })
  test('a text too long to be searched is refused', async () =>
    expect(await messageOf('RegexMatch', { string: 'a'.repeat(200_001), regex_pattern: 'b' })).toContain('at most 200000 are searched'))
  test.each(['{', '}', '{z}', '{a:x}', '{b}'])('the template %s is refused', async (template) =>
    expect(await messageOf('FormatText', { template, a: 1 })).toMatch(/input "template": /))
  test('a template without places is itself', () => fc.assert(fc.property(fc.string(), (text) => {
    expect(fillTemplate(text.replaceAll('{', '{{').replaceAll('}', '}}'), () => 'x')).toBe(text)
  })))
})

describe('switches', () => {
  test('pass on the one that is chosen', async () => {
    expect(await outputsOf('ComfySwitchNode', { switch: false, on_false: 'no', on_true: 'yes' })).toEqual({ output: 'no' })
    expect(await outputsOf('IndexSwitch', { index: 1, 'values.0': 'a', 'values.1': 'b' })).toEqual({ output: 'b' })
  })
  test('compute nothing else: the other branch would fail', async () => {
    const failing = computed(() => { throw new Error('it was computed') })
    expect(await outputsOf('ComfySwitchNode', { switch: true, on_true: 1, on_false: failing })).toEqual({ output: 1 })
    expect(await messageOf('ComfySwitchNode', { switch: false, on_true: 1, on_false: failing })).toContain('it was computed')
    expect(await outputsOf('IndexSwitch', { index: 0, 'values.0': 'a', 'values.1': failing })).toEqual({ output: 'a' })
  })
  test('say what is missing', async () => {
    expect(await messageOf('ComfySwitchNode', { switch: true, on_false: 1 })).toContain(
      'input "on_true": switch is true, but this input has neither a link nor a value. Connect it, or choose another one.')
    expect(await messageOf('IndexSwitch', { index: 5, 'values.0': 1 })).toMatch(/values/)
  })
})

describe('lists', () => {
  const items = fc.array(fc.integer(), { maxLength: 8 })
  const listOf = async (type: string, inputs: Record<string, unknown>, output = 'list') => (await outputsOf(type, inputs))[output] as unknown[]
  const law = (name: string, check: (a: number[], b: number[]) => Promise<void>) =>
    test(name, () => fc.assert(fc.asyncProperty(items, items, check), runs(25)))

  law('length(join(a, b)) = length(a) + length(b); slices of a join are its parts', async (a, b) => {
    const joined = await listOf('ListJoin', { list1: each(...a), list2: each(...b) })
    expect(joined).toEqual([...a, ...b])
    expect(await outputsOf('ListLength', { list: each(...joined) })).toEqual({ length: a.length + b.length })
    if (a.length > 0) expect(await listOf('ListSlice', { list: each(...joined), start: 0, end: a.length })).toEqual(a)
    expect(await listOf('ListSlice', { list: each(...joined), start: a.length })).toEqual(b)
  })
  law('reverse ∘ reverse = id; the first of the reverse is the last', async (a) => {
    const reversed = await listOf('ListReverse', { list: each(...a) })
    expect(await listOf('ListReverse', { list: each(...reversed) })).toEqual(a)
    if (a.length > 0) expect(await outputsOf('ListItem', { list: each(...a), index: -1 })).toEqual({ item: reversed[0] })
  })
  law('pairs: as many as the shorter, the longer, or each with each', async (a, b) => {
    const counts = { shortest: Math.min(a.length, b.length), longest: a.length * b.length === 0 ? 0 : Math.max(a.length, b.length), product: a.length * b.length }
    for (const [mode, count] of Object.entries(counts)) {
      const pairs = await outputsOf('ListZip', { list1: each(...a), list2: each(...b), mode })
      expect([(pairs['list1'] as unknown[]).length, (pairs['list2'] as unknown[]).length]).toEqual([count, count])
    }
  })
  test.each([
    [{ start: 0, stop: 3, step: 1 }, [0, 1, 2]], [{ start: 3, stop: 0, step: -1 }, [3, 2, 1]], [{ start: 0, stop: 1, step: 0.25 }, [0, 0.25, 0.5, 0.75]],
    [{ start: 0, stop: 0.3, step: 0.1 }, [0, 0.1, 0.2]], [{ start: 5, stop: 1, step: 1 }, []],
  ])('the range %j', async (inputs, expected) => expect(await listOf('ListRange', inputs, 'FLOAT')).toEqual(expected))
  test('a range without end is refused', async () => {
    expect(await messageOf('ListRange', { step: 0 })).toContain('input "step": expected a step, got 0')
    expect(await messageOf('ListRange', { stop: 1e9 })).toContain('more than the 100000 that a list may have')
  })
  test('make, index, split, join', async () => {
    expect(await listOf('CreateList', { 'inputs.0': 1, 'inputs.1': each(2, 3), 'inputs.2': 'x' })).toEqual([1, 2, 3, 'x'])
    expect(await messageOf('ListItem', { list: each(1), index: 1 })).toContain('there is no item 1 in a list of 1')
    expect(await listOf('SplitText', { string: ' a\n\n b ' })).toEqual(['a', 'b'])
    expect(await outputsOf('JoinText', { list: each('a', 'b'), separator: '-' })).toEqual({ STRING: 'a-b' })
  })
  test('what follows runs once for each item', async () =>
    expect(await outputsOf('Calculate', { a: each(1, 2, 3), b: each(10, 20) })).toEqual({ FLOAT: [11, 22, 23], INT: [11, 22, 23] }))
})

describe('previews and notes', () => {
  test.each([
    ['text', 'text'], [1.5, '1.5'], [true, 'true'], [each(1, 2), ['1', '2']],
    [{ a: [1, { b: 2 }] }, '{\n  "a": [\n    1,\n    {\n      "b": 2\n    }\n  ]\n}'],
    [{ data: new Float32Array(3) }, '{\n  "data": "Float32Array of 12 bytes"\n}'],
    [{ count: 2, width: 4, height: 3, channels: 3, dtype: 'u8', read: () => {} }, '2 frames of 4×3, RGB, u8'],
  ])('%j is shown as %j', async (source, expected) => expect((await outputsOf('PreviewAny', { source }))['STRING']).toEqual(expected))
  test('what contains itself, and what is endless, is shown shortened', async () => {
    const loop: Record<string, unknown> = {}
    loop['self'] = loop
    expect((await outputsOf('PreviewAny', { source: loop }))['STRING']).toBe('[object Object]')
    const long = (await outputsOf('PreviewAny', { source: Array.from({ length: 100_000 }, (_, i) => i) }))['STRING'] as string
    expect(long.length).toBeLessThan(10_100)
  })
  test('the text goes to the screen, and on', async () => {
    const { events, outputs } = await runNode('PreviewText', { text: 'hello' })
    expect(outputs).toEqual({ STRING: 'hello' })
    expect(JSON.stringify(events)).toContain('"ui":{"text":["hello"]}')
  })
  test('notes give nothing', async () => {
    expect(await outputsOf('Note', { text: 'x' })).toEqual({})
    expect(await outputsOf('MarkdownNote', { text: '# x' })).toEqual({})
  })
})
