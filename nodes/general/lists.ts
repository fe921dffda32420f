import { commonFacts, defineNode, variadicFacts } from '../../core/types/index.ts'
import type { FactsContext, JsonObject } from '../../core/types/index.ts'
import { WorkflowError } from '../../core/workflow/index.ts'
import { port } from '../types/index.ts'

// A list on a wire makes what follows run once for each item. The nodes here take lists whole.

const items = () => port.any({ tooltip: 'a list, or one value' })
const MAX_RANGE = 100_000

// What is known of a list is what holds of each of its items.

/** Passes on what is known of a list's items. */
const ofItems = <O extends string>(output: O) => (_: object, { facts }: FactsContext) =>
  ({ outputs: { [output]: facts['list'] } as Record<O, JsonObject | undefined> }) // a computed name is any text to the compiler

export const createList = defineNode({
  type: 'CreateList',
  category: 'lists',
  title: 'Make a list',
  summary: 'Values as a list, for each item of which what follows runs once; lists among them are put in item by item.',
  inputList: true,
  inputs: { inputs: port.variadic(port.any(), { min: 1 }) },
  outputs: { list: port.any().each() },
  facts: ({ inputs }, { facts }) => ({ outputs: { list: commonFacts(variadicFacts(facts, 'inputs', inputs?.length ?? 0)) } }),
  run: ({ inputs }) => ({ list: inputs.flat() }),
})

export const listItem = defineNode({
  type: 'ListItem',
  category: 'lists',
  title: 'Item of a list',
  summary: 'One item, counted from 0; -1 is the last.',
  inputList: true,
  inputs: { list: items(), index: port.int({ default: 0 }) },
  outputs: { item: port.any() },
  facts: ofItems('item'),
  run({ list, index: [index = 0] }) {
    const item = list.at(index)
    if (item !== undefined) return { item }
    throw wrong('index', `there is no item ${index} in a list of ${list.length}`, 'Choose one from 0, or from -1 backwards.')
  },
})

export const listLength = defineNode({
  type: 'ListLength',
  category: 'lists',
  title: 'Length of a list',
  summary: 'How many items a list has.',
  inputList: true,
  inputs: { list: items() },
  outputs: { length: port.int() },
  run: ({ list }) => ({ length: list.length }),
})

export const listSlice = defineNode({
  type: 'ListSlice',
  category: 'lists',
  title: 'Part of a list',
  summary: 'The items from start up to, not including, end; negative numbers count from the end.',
  inputList: true,
  inputs: {
    list: items(), start: port.int({ default: 0 }),
    end: port.int({ default: 0, tooltip: '0 for all that remain' }),
  },
  outputs: { list: port.any().each() },
  facts: ofItems('list'),
  run: ({ list, start: [start = 0], end: [end = 0] }) => ({ list: list.slice(start, end === 0 ? undefined : end) }),
})

export const listReverse = defineNode({
  type: 'ListReverse',
  category: 'lists',
  title: 'List backwards',
  summary: 'The items from last to first.',
  inputList: true,
  inputs: { list: items() },
  outputs: { list: port.any().each() },
  facts: ofItems('list'),
  run: ({ list }) => ({ list: [...list].reverse() }),
})

/** As many as there are from start towards stop, which is not reached. */
const rangeLength = (start: number, stop: number, step: number) => Math.max(0, Math.ceil((stop - start) / step - 1e-9))

export const listRange = defineNode({
  type: 'ListRange',
  category: 'lists',
  title: 'Range of numbers',
  summary: 'The numbers from start towards stop, which is not reached, as a list.',
  inputs: {
    start: port.float({ default: 0 }), stop: port.float({ default: 10 }), step: port.float({ default: 1 }),
  },
  outputs: { FLOAT: port.float().each(), INT: port.int().each() },
  validate: ({ step }) => step === 0 ? [{ input: 'step', problem: 'expected a step, got 0', remedy: 'Use 1 or -1, for example.' }] : [],
  lengths({ start, stop, step }) {
    const length = start === undefined || stop === undefined || !step ? undefined : rangeLength(start, stop, step)
    return { FLOAT: length, INT: length }
  },
  run({ start, stop, step }) {
    if (step === 0) throw wrong('step', 'expected a step, got 0', 'Use 1 or -1, for example.')
    const length = rangeLength(start, stop, step)
    if (length > MAX_RANGE) throw wrong('stop', `${length} numbers are more than the ${MAX_RANGE} that a list may have`, 'Use a larger step.')
    const numbers = Array.from({ length }, (_, i) => Number((start + i * step).toPrecision(15)))
    return { FLOAT: numbers, INT: numbers.map(Math.trunc) }
  },
})

export const listJoin = defineNode({
  type: 'ListJoin',
  category: 'lists',
  title: 'Join lists',
  summary: 'The items of one list, then those of the other.',
  inputList: true,
  inputs: { list1: items(), list2: items() },
  outputs: { list: port.any().each() },
  facts: (_, { facts: { list1, list2 } }) => ({ outputs: { list: commonFacts([list1, list2]) } }),
  run: ({ list1, list2 }) => ({ list: [...list1, ...list2] }),
})

export const listZip = defineNode({
  type: 'ListZip',
  category: 'lists',
  title: 'Pair lists',
  summary: 'Two lists side by side, so that what follows runs once for each pair.',
  inputList: true,
  inputs: {
    list1: items(), list2: items(),
    mode: port.choice(['shortest', 'longest', 'product'], {
      default: 'shortest',
      tooltip: 'shortest: as many pairs as the shorter one has; longest: it repeats its last item; product: each with each',
    }),
  },
  outputs: { list1: port.any().each(), list2: port.any().each() },
  facts: (_, { facts: { list1, list2 } }) => ({ outputs: { list1, list2 } }),
  run({ list1, list2, mode: [mode = 'shortest'] }) {
    const pairs = pairsOf(list1, list2, mode)
    return { list1: pairs.map(([one]) => one), list2: pairs.map(([, other]) => other) }
  },
})

function pairsOf(a: readonly unknown[], b: readonly unknown[], mode: 'shortest' | 'longest' | 'product'): [unknown, unknown][] {
  if (mode === 'product') return a.flatMap((one) => b.map((other): [unknown, unknown] => [one, other]))
  if (a.length === 0 || b.length === 0) return []
  const length = mode === 'shortest' ? Math.min(a.length, b.length) : Math.max(a.length, b.length)
  return Array.from({ length }, (_, i) => [a[Math.min(i, a.length - 1)], b[Math.min(i, b.length - 1)]])
}

export const splitText = defineNode({
  type: 'SplitText',
  category: 'values/text',
  title: 'Split a text',
  summary: 'The parts between separators (by default the lines), as a list.',
  inputs: {
    string: port.string({ default: '', multiline: true }),
    separator: port.string({ default: '\n' }),
    trim: port.boolean({ default: true, tooltip: 'without spaces around the parts, and without empty parts' }),
  },
  outputs: { list: port.string().each() },
  run({ string, separator, trim }) {
    const parts = separator === '' ? Array.from(string) : string.split(separator)
    return { list: trim ? parts.map((part) => part.trim()).filter((part) => part !== '') : parts }
  },
})

export const joinText = defineNode({
  type: 'JoinText',
  category: 'values/text',
  title: 'Join a list of texts',
  summary: 'The texts of a list as one.',
  inputList: true,
  inputs: { list: port.string(), separator: port.string({ default: '\n' }) },
  outputs: { STRING: port.string() },
  run: ({ list, separator: [separator = '\n'] }) => ({ STRING: list.join(separator) }),
})

const wrong = (input: string, problem: string, remedy: string) => new WorkflowError({ code: 'execution_failed', input, problem, remedy })

export const lists = [
  createList, listItem, listLength, listSlice, listReverse, listRange, listJoin, listZip, splitText, joinText,
]
