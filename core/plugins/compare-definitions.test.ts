import fc from 'fast-check'
import { expect, test } from 'vitest'
import { describeNode } from '../types/definition.ts'
import { defineNode, type Ports } from '../types/node-type.ts'
import { port, type Port } from '../types/port.ts'
import { compareDefinitions } from './compare-definitions.ts'

const node = (inputs: Ports, outputs: Ports = { y: port.float() }, more: { version?: number; output?: boolean; type?: string } = {}) =>
  describeNode(defineNode({ type: 'Blur', category: 'test', inputs, outputs, run: () => ({}) as never, ...more }))

const changes = (before: ReturnType<typeof node>, after: ReturnType<typeof node>) =>
  compareDefinitions([before], [after]).map(({ breaking, change }) => `${breaking ? 'breaking: ' : ''}${change}`)
const input = (before: Port<unknown>, after: Port<unknown>) => changes(node({ x: before }), node({ x: after }))
const output = (before: Port<unknown>, after: Port<unknown>) => changes(node({}, { y: before }), node({}, { y: after }))

test('nothing changed', () => {
  expect(input(port.int({ min: 1, default: 2 }), port.int({ min: 1, default: 2, tooltip: 'how many' }))).toEqual([])
})

test('inputs', () => {
  expect(input(port.int({ min: 0, max: 64 }), port.int({ min: 0, max: 32 }))).toEqual(['breaking: input "x": range narrowed, from 0…64 to 0…32'])
  expect(input(port.int(), port.int({ min: 1 }))).toEqual(['breaking: input "x": range narrowed, from any number to at least 1'])
  expect(input(port.int({ max: 5 }), port.int({ max: 9 }))).toEqual(['input "x": range widened, from at most 5 to at most 9'])
  expect(input(port.int(), port.float())).toEqual(['input "x": takes FLOAT instead of INT'])
  expect(input(port.float(), port.int())).toEqual(['breaking: input "x": type changed from FLOAT to INT'])
  expect(input(port.string(), port.list(port.string()))).toEqual(['breaking: input "x": type changed from STRING to list of STRING'])
  expect(input(port.choice(['a', 'b', 'c']), port.choice(['b', 'd'])))
    .toEqual(['breaking: input "x": choice "a", "c" removed', 'input "x": choice "d" added'])
  expect(input(port.int({ default: 1 }), port.int())).toEqual(['breaking: input "x": became required'])
  expect(input(port.int(), port.int().optional())).toEqual(['input "x": may be left out'])
  expect(input(port.int({ default: 1 }), port.int({ default: 2 })))
    .toEqual(['input "x": default changed from 1 to 2: workflows that leave it out give other results'])
  expect(input(port.variadic(port.int()), port.variadic(port.int(), { min: 2 })))
    .toEqual(['breaking: input "x": takes fewer counts, from 1…100 values to 2…100'])
  expect(input(port.int(), port.variadic(port.int()))).toEqual(['breaking: input "x": takes several values now, under other names'])
  expect(changes(node({ x: port.int(), y: port.int() }), node({ x: port.int(), z: port.int(), w: port.int({ default: 1 }) })))
    .toEqual(['breaking: input "y" removed', 'breaking: input "z" added, and it is required', 'input "w" added'])
})

test('outputs', () => {
  expect(output(port.float(), port.int())).toEqual(['output "y": gives INT instead of FLOAT'])
  expect(output(port.int(), port.float())).toEqual(['breaking: output "y": type changed from INT to FLOAT'])
  expect(output(port.int(), port.int().each())).toEqual(['breaking: output "y": gives a list that is mapped over now'])
  expect(changes(node({}, { a: port.int(), b: port.int() }), node({}, { b: port.int(), c: port.int() }))).toEqual([
    'breaking: output "a" removed', 'breaking: output "b": moved from slot 1 to 0, where links by number lead', 'output "c" added',
  ])
})

test('nodes', () => {
  expect(compareDefinitions([node({})], [node({}, {}, { type: 'Smear' })])).toEqual([
    { node: 'Blur', breaking: true, change: 'removed' }, { node: 'Smear', breaking: false, change: 'added' },
  ])
  expect(changes(node({}, {}, { output: true, version: 2 }), node({}, {}, { version: 1 })))
    .toEqual(['breaking: version went back from 2 to 1', 'breaking: is no output node any more'])
})

test('what widens one way narrows the other', () => {
  const bound = fc.option(fc.integer({ min: -50, max: 50 }), { nil: undefined })
  const range = fc.tuple(bound, bound).filter(([min, max]) => min === undefined || max === undefined || min <= max)
  const portOf = ([min, max]: readonly [number | undefined, number | undefined]) =>
    port.int({ ...(min !== undefined && { min }), ...(max !== undefined && { max }) })
  const holds = ([min = -Infinity, max = Infinity]: readonly [number | undefined, number | undefined], x: number) => x >= min && x <= max
  fc.assert(fc.property(range, range, fc.integer({ min: -60, max: 60 }), (before, after, x) => {
    const isBreaking = input(portOf(before), portOf(after)).some((change) => change.startsWith('breaking'))
    if (!isBreaking && holds(before, x)) expect(holds(after, x)).toBe(true)
  }))
})
