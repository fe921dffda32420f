import { defineNode } from '../../core/types/index.ts'
import { WorkflowError } from '../../core/workflow/index.ts'
import { port } from '../types/index.ts'

/** A number; true and false count as 1 and 0. */
export const number = () => port.union([port.int(), port.float(), port.boolean()])

/** A computed number for outputs FLOAT and INT: whole numbers are cut off at the point, as ComfyUI does. */
export function asNumbers(value: number): { FLOAT: number; INT: number } {
  if (!Number.isFinite(value)) {
    throw failed(`the result is ${Number.isNaN(value) ? 'not a number' : 'infinite'}`, 'Use other numbers.')
  }
  const whole = Math.trunc(value) + 0                                    // no negative zero
  return { FLOAT: value, INT: Math.min(Math.max(whole, Number.MIN_SAFE_INTEGER), Number.MAX_SAFE_INTEGER) }
}

export const failed = (problem: string, remedy: string) => new WorkflowError({ code: 'execution_failed', problem, remedy })

const NUMBERS = {
  FLOAT: port.float(),
  INT: port.int({ tooltip: 'without what follows the point; beyond ±2^53 the nearest whole number that can be held' }),
}

/** a - b·⌊a/b⌋: has the sign of b, as in Python and mathematics. */
const modulo = (a: number, b: number) => a - b * Math.floor(a / b)

const OPERATIONS: Readonly<Record<string, (a: number, b: number) => number>> = {
  'a + b': (a, b) => a + b,
  'a - b': (a, b) => a - b,
  'a * b': (a, b) => a * b,
  'a / b': (a, b) => a / b,
  'a // b': (a, b) => Math.floor(a / b),
  'a % b': modulo,
  'a ** b': (a, b) => a ** b,
  'min(a, b)': Math.min,
  'max(a, b)': Math.max,
  'abs(a - b)': (a, b) => Math.abs(a - b),
}
const DIVISIONS = ['a / b', 'a // b', 'a % b']

export const calculate = defineNode({
  type: 'Calculate',
  category: 'values/numbers',
  constant: true,
  summary: 'One operation on two numbers.',
  inputs: {
    a: number(),
    b: number(),
    operation: port.choice(Object.keys(OPERATIONS), { default: 'a + b', tooltip: '//: division without rest; %: what remains of it' }),
  },
  outputs: NUMBERS,
  run({ a, b, operation }) {
    if (Number(b) === 0 && DIVISIONS.includes(operation)) throw failed('it would divide by 0', 'Give another b.')
    return asNumbers(OPERATIONS[operation]!(Number(a), Number(b)))
  },
})

const COMPARISONS: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  'a == b': (a, b) => a === b,
  'a != b': (a, b) => a !== b,
  'a < b': (a, b) => a < b,
  'a <= b': (a, b) => a <= b,
  'a > b': (a, b) => a > b,
  'a >= b': (a, b) => a >= b,
}

export const compareNumbers = defineNode({
  type: 'CompareNumbers',
  category: 'values/numbers',
  constant: true,
  title: 'Compare numbers',
  summary: 'Whether a comparison of two numbers holds.',
  inputs: { a: number(), b: number(), comparison: port.choice(Object.keys(COMPARISONS), { default: 'a == b' }) },
  outputs: { BOOLEAN: port.boolean() },
  run: ({ a, b, comparison }) => ({ BOOLEAN: COMPARISONS[comparison]!(Number(a), Number(b)) }),
})

export const clampNumber = defineNode({
  type: 'ClampNumber',
  category: 'values/numbers',
  constant: true,
  title: 'Clamp a number',
  summary: 'The nearest number between two bounds.',
  inputs: { value: number(), min: port.float({ default: 0 }), max: port.float({ default: 1 }) },
  outputs: NUMBERS,
  validate({ min, max }) {
    if (min === undefined || max === undefined || min <= max) return []
    return [{ input: 'max', problem: `expected min (${min}) or more, got ${max}`, remedy: 'Exchange the two.' }]
  },
  run({ value, min, max }) {
    if (min > max) throw failed(`min (${min}) is above max (${max})`, 'Exchange the two.')
    return asNumbers(Math.min(Math.max(Number(value), min), max))
  },
})

const ROUNDINGS = { nearest: Math.round, down: Math.floor, up: Math.ceil, 'towards 0': Math.trunc }

export const roundNumber = defineNode({
  type: 'RoundNumber',
  category: 'values/numbers',
  constant: true,
  title: 'Round a number',
  summary: 'The next multiple of a step: 1 for whole numbers, 8 for sizes of latents.',
  inputs: {
    value: number(),
    mode: port.choice(['nearest', 'down', 'up', 'towards 0'], { default: 'nearest', tooltip: 'nearest: halves go up' }),
    step: port.float({ default: 1, min: 1e-9, tooltip: 'the result is a multiple of it' }),
  },
  outputs: NUMBERS,
  run: ({ value, mode, step }) => asNumbers(multiple(ROUNDINGS[mode](Number(value) / step), step)),
})

/** times · step without the dust of binary fractions: 3 · 0.1 is 0.3. */
const multiple = (times: number, step: number) => Number((times * step).toPrecision(15))

export const minMax = defineNode({
  type: 'MinMax',
  category: 'values/numbers',
  constant: true,
  title: 'Smallest and largest',
  summary: 'The smallest and the largest of any number of numbers.',
  inputs: { numbers: port.variadic(number(), { min: 1 }) },
  outputs: { min: port.float(), max: port.float() },
  run({ numbers }) {
    const values = numbers.map(Number)
    return { min: Math.min(...values), max: Math.max(...values) }
  },
})

/** Names as ComfyUI's node has them. */
export const numberConvert = defineNode({
  type: 'ComfyNumberConvert',
  category: 'values/numbers',
  constant: true,
  title: 'Convert to a number',
  summary: 'The number that a text, a number, or true (1) and false (0) stand for.',
  inputs: { value: port.union([port.int(), port.float(), port.string(), port.boolean()]) },
  outputs: NUMBERS,
  run({ value }) {
    if (typeof value !== 'string') return asNumbers(Number(value))
    const text = value.trim()
    if (!/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text)) {
      throw new WorkflowError({
        code: 'execution_failed', input: 'value', problem: `expected a number such as 12 or -0.5, got ${JSON.stringify(value.slice(0, 80))}`,
        remedy: 'Take the number out of the text first, with RegexExtract for example.',
      })
    }
    return asNumbers(Number(text))
  },
})

const LOGIC: Readonly<Record<string, (a: boolean, b: boolean) => boolean>> = {
  and: (a, b) => a && b, or: (a, b) => a || b, xor: (a, b) => a !== b,
}

export const logic = defineNode({
  type: 'Logic',
  category: 'values/numbers',
  constant: true,
  summary: 'Two yes-or-no values as one.',
  inputs: { a: port.boolean(), b: port.boolean(), operation: port.choice(Object.keys(LOGIC), { default: 'and' }) },
  outputs: { BOOLEAN: port.boolean() },
  run: ({ a, b, operation }) => ({ BOOLEAN: LOGIC[operation]!(a, b) }),
})

/** Names as ComfyUI's node has them. */
export const invertBoolean = defineNode({
  type: 'InvertBooleanNode',
  category: 'values/numbers',
  constant: true,
  title: 'Not',
  summary: 'True for false, false for true.',
  inputs: { boolean: port.boolean({ default: true }) },
  outputs: { BOOLEAN: port.boolean() },
  run: ({ boolean }) => ({ BOOLEAN: !boolean }),
})

export const numbers = [
  calculate, compareNumbers, clampNumber, roundNumber, minMax, numberConvert, logic, invertBoolean,
]
