import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Json } from '../../core/types/json.ts'
import { literalProblem } from '../../core/types/literal.ts'
import { definitions } from '../graph/testing/definitions.ts'
import { calculate } from './arithmetic.ts'
import { editText, parseValue, rounded, stepped, valueText } from './values.ts'
import type { Widget } from './widget.ts'
import { widgetOf } from './widget-of.ts'

const inputs = [...definitions.values()].flatMap((definition) => definition.inputs.map((input) => ({ name: `${definition.type}.${input.name}`, input })))
const widget = (name: string): Widget => widgetOf(inputs.find((one) => one.name === name)!.input)!
const numeric = (name: string) => {
  const found = widget(name)
  if (found.kind !== 'number' && found.kind !== 'seed') throw new Error(`${name} is no number`)
  return found
}

describe('widgetOf', () => {
  test('makes each widget from what the definition says', () => {
    expect(Object.fromEntries(inputs.map(({ name, input }) => [name, widgetOf(input)?.kind]))).toMatchObject({
      'Sampler.model': undefined, 'Sampler.seed': 'seed', 'Sampler.steps': 'number', 'Sampler.cfg': 'number', 'Sampler.scheduler': 'choice',
      'Sampler.tile': 'toggle', 'TextEncode.text': 'text', 'Pick.several': 'choices', 'Pick.numbers': 'json', 'PrimitiveNode.value': 'json', 'Inner.id': undefined,
    })
    expect(widget('Sampler.cfg')).toEqual({ kind: 'number', whole: false, min: 0, max: 100, step: 0.1, round: 0.01, slider: false, control: false })
    expect(widget('TextEncode.text')).toEqual({ kind: 'text', multiline: true, secret: false, prompt: true })
  })

  test('a union of numbers is a number; one with a single type that can be written is that', () => {
    const input = { name: 'x', required: true }
    expect(widgetOf({ ...input, socket: { anyOf: ['INT', 'FLOAT'] } })?.kind).toBe('number')
    expect(widgetOf({ ...input, socket: { anyOf: ['STRING', 'IMAGE'] } })?.kind).toBe('text')
    expect(widgetOf({ ...input, socket: { anyOf: ['STRING', 'INT'] } })?.kind).toBe('json')
    expect(widgetOf({ ...input, socket: { anyOf: ['LATENT', 'IMAGE'] } })).toBeUndefined()
    expect(widgetOf({ ...input, socket: 'FLOAT', display: 'slider' })).toMatchObject({ slider: false })
    expect(widgetOf({ ...input, socket: 'FLOAT', display: 'slider', min: 0, max: 1 })).toMatchObject({ slider: true })
  })
})

describe('values', () => {
  test.each<[string, string, Json]>([
    ['Sampler.steps', ' 16*4 + 1 ', 65], ['Sampler.steps', '3.7', 4], ['Sampler.cfg', '1/3', 0.33], ['Sampler.cfg', '.5e1', 5],
    ['Sampler.seed', 'Random', 'random'], ['Sampler.seed', '42', 42], ['Sampler.seed', 'increment 7', 'increment 7'],
    ['Sampler.tile', 'Tiled', true], ['Sampler.tile', 'no', false], ['Sampler.scheduler', 'DDIM', 'ddim'],
    ['TextEncode.text', ' as it is ', ' as it is '], ['Pick.several', 'a, C', ['a', 'c']], ['Pick.several', '["b"]', ['b']], ['Pick.numbers', '[1, 2.5]', [1, 2.5]],
  ])('%s: %j is read as %j', (name, text, value) => expect(parseValue(widget(name), text)).toEqual({ value }))

  test.each([
    ['Sampler.steps', '0', 'Expected 1 or more.'], ['Sampler.steps', '99999', 'Expected 10000 or less.'], ['Sampler.steps', 'many', /^Expected a whole number/],
    ['Sampler.cfg', '1/0', /^Expected a number/], ['Sampler.seed', 'soon', /"random"/], ['Sampler.seed', '-1', 'Expected 0 or more.'],
    ['Sampler.tile', 'perhaps', 'Expected on or off.'], ['Sampler.scheduler', 'heun', '"heun" is not one of the choices.'], ['Pick.numbers', '[1,', /^Expected JSON/],
  ])('%s: %j is refused', (name, text, problem) => expect(parseValue(widget(name), text)).toEqual({ problem: expect.stringMatching(problem) }))

  test('are shown in one line', () => {
    expect(valueText(widget('Sampler.cfg'), 0.1 + 0.2)).toBe('0.3')
    expect(valueText(widget('Sampler.seed'), 'increment 43')).toBe('increment 43')
    expect(valueText(widget('Sampler.tile'), true)).toBe('tiled')
    expect(valueText(widget('Save.prefix'), 'a\n  b')).toBe('a b')
    expect(valueText(widget('Login.key'), 'my key')).toBe('••••••')
    expect(valueText(widget('Pick.several'), ['a', 'b'])).toBe('a, b')
    expect(valueText(widget('PrimitiveNode.value'), { a: 1 })).toBe('{"a":1}')
    expect(valueText(widget('Sampler.cfg'), undefined)).toBe('')
    expect(valueText(widget('Save.prefix'), 'x'.repeat(5000)).length).toBe(300)
  })

  test('go up and down within their bounds', () => {
    expect(stepped(numeric('Sampler.cfg'), 7, 3)).toBe(7.3)
    expect(stepped(numeric('Sampler.steps'), 1, -5)).toBe(1)
    expect(stepped(numeric('Sampler.seed'), 'random', 1)).toBe(1)
    expect(rounded(numeric('Sampler.cfg'), 1.23456)).toBe(1.23)
  })

  test('law: what a person gets to edit is read back as it was', () => {
    const good = inputs.filter(({ input }) => widgetOf(input))
    const value = fc.oneof(fc.integer({ min: 1, max: 100 }), fc.double({ min: 1, max: 90, noNaN: true }).map((one) => Math.round(one * 100) / 100), fc.string(), fc.boolean(), fc.constantFrom<Json>('random', 'increment 3', 'euler', 'tiny', ['a', 'b'], [1, 2]))
    fc.assert(fc.property(fc.constantFrom(...good), value, ({ input }, one) => {
      if (literalProblem(input, one)) return
      const own = widgetOf(input)!
      expect(parseValue(own, editText(own, one))).toEqual({ value: one })
      expect(valueText(own, one)).not.toMatch(/\n/)
    }))
  })

  test('law: what is read fits the input', () => {
    const good = inputs.filter(({ input }) => widgetOf(input) && widgetOf(input)!.kind !== 'json' )
    fc.assert(fc.property(fc.constantFrom(...good), fc.oneof(fc.string(), fc.double().map(String), fc.integer().map(String), fc.constantFrom('on', 'random', 'a, b')), ({ input }, text) => {
      const parsed = parseValue(widgetOf(input)!, text)
      if ('value' in parsed) expect(literalProblem(input, parsed.value)).toBeUndefined()
    }))
  })
})

describe('calculate', () => {
  test.each([['1+2*3', 7], ['(1+2)*3', 9], ['-2^2', -4], ['2^-1', 0.5], ['2^3^2', 512], ['7%4', 3], ['--1', 1], ['1e3', 1000]])('%s = %d', (text, value) => expect(calculate(text)).toBe(value))
  test.each(['', '1+', '(1', '1 2', 'alert(1)', '1;2', '0/0', '2**3'])('%j is none', (text) => expect(calculate(text)).toBeUndefined())
})
