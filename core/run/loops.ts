import type { ExpansionBuilder, ExpansionNode, Prompt, RawLink } from '../types/expansion.ts'
import { commonFacts, variadicFacts, type FactsContext } from '../types/facts.ts'
import { defineNode, type NodeType } from '../types/node-type.ts'
import { port, portOf } from '../types/port.ts'
import { defineType } from '../types/value-type.ts'
import { WorkflowError } from '../workflow/workflow-error.ts'
import { copyBody, loopBody } from './loop-body.ts'

/** What ties the end of a loop to its start. */
export const LOOP = defineType<'loop'>({
  id: 'LOOP',
  check: (value): value is 'loop' => value === 'loop',
  bytes: () => 8,
  store: 'recompute',
})

const category = 'logic/loops'
const loop = portOf(LOOP)
const anything = port.any().optional()

/*
 * A loop in a graph is drawn between two nodes: what lies between them is its body.
 *
 *   ForEach ─item─► … body … ─► ForEachEnd ─results─►
 *      └──────────loop───────────►
 *
 * The end takes the links that come to it as they are, so that the body does not run by itself; it copies the body for
 * each round into its expansion. A node's key in a round holds what it gets in that round, so a loop that goes over
 * one more item runs for that alone. What is carried from round to round makes them run one after the other; without
 * it they run side by side.
 */

/** The start of a loop over the items of a list. Run by itself it gives all items, to be mapped over. */
export const forEach = defineNode({
  type: 'ForEach',
  title: 'For Each',
  category,
  summary: 'Begins a loop that runs once for each item of a list, up to For Each End.',
  inputList: true,
  inputs: {
    items: port.any({ tooltip: 'A list, or what gives items one by one.' }),
    initial: port.any({ tooltip: 'What "carried" is in the first round.' }).optional(),
  },
  outputs: { loop: loop(), item: port.any().each(), index: port.int().each(), carried: anything },
  facts: (_, { facts: { items } }) => ({ outputs: { item: items } }),
  run: ({ items, initial }) => {
    const all = itemsIn(items)
    return { loop: 'loop', item: all, index: all.map((_, index) => index), carried: initial?.[0] }
  },
})

/** The start of a loop that runs a number of times. */
export const repeat = defineNode({
  type: 'Repeat',
  category,
  summary: 'Begins a loop that runs a number of times, up to Repeat End.',
  inputs: { times: port.int({ default: 2, min: 0, max: 100_000 }), initial: anything },
  outputs: { loop: loop(), index: port.int().each(), carried: anything },
  lengths: ({ times }) => ({ index: times }),
  run: ({ times, initial }) => ({ loop: 'loop', index: countTo(times), carried: initial }),
})

/** The start of a loop that runs as long as a condition holds. */
export const whileLoop = defineNode({
  type: 'While',
  category,
  summary: 'Begins a loop that runs as long as the condition at While End holds.',
  inputs: {
    initial: port.any(),
    max: port.int({ default: 100, min: 1, max: 100_000, tooltip: 'Fails after so many rounds.' }),
  },
  outputs: { loop: loop(), carried: port.any(), index: port.int() },
  run: ({ initial }) => ({ loop: 'loop', carried: initial, index: 0 }),
})

/**
 * What is known of what a round makes is known of all rounds: the body is drawn once, and nothing is said of what it carries
 * from round to round.
 */
const ofResults = (_: object, { facts: { result } }: FactsContext) => ({ outputs: { results: result } })

const loopLink = port.rawLink(loop(), { tooltip: 'From the start of the loop.' })
const carryLink = port.rawLink(port.any(), { tooltip: 'What the next round gets as "carried".' }).optional()

/** The end of a loop over items: what each round gave, and what was carried last. */
export const forEachEnd = defineNode({
  type: 'ForEachEnd',
  title: 'For Each End',
  category,
  summary: 'Ends a loop that For Each began; gives what each round made.',
  inputs: { loop: loopLink, result: port.rawLink().optional(), carry: carryLink, prompt: port.hidden('prompt') },
  outputs: { results: port.any().optional().each(), carried: anything },
  facts: ofResults,
  run: ({ loop, result, carry, prompt }, { expand }) =>
    expand(({ node }) => {
      const { items, initial } = startOf(prompt, loop, forEach)
      return linked(node(forEachRounds, given({ items, initial, loop, result, carry })))
    }),
})

/** The end of a loop that runs a number of times. */
export const repeatEnd = defineNode({
  type: 'RepeatEnd',
  title: 'Repeat End',
  category,
  summary: 'Ends a loop that Repeat began; gives what was carried last, and what each round made.',
  inputs: { loop: loopLink, carry: carryLink, result: port.rawLink().optional(), prompt: port.hidden('prompt') },
  outputs: { carried: anything, results: port.any().optional().each() },
  facts: ofResults,
  run: ({ loop, carry, result, prompt }, { expand }) =>
    expand(({ node }) => {
      const { times, initial } = startOf(prompt, loop, repeat)
      return linked(node(repeatRounds, given({ times, initial, loop, result, carry })))
    }),
})

/** The end of a loop with a condition: what was carried when it no longer held. */
export const whileEnd = defineNode({
  type: 'WhileEnd',
  title: 'While End',
  category,
  summary: 'Ends a loop that While began; goes round as long as the condition holds.',
  inputs: {
    loop: loopLink,
    condition: port.rawLink(port.boolean(), { tooltip: 'Whether another round is to run, told from "carried".' }),
    carry: port.rawLink(port.any(), { tooltip: 'What the next round gets as "carried".' }),
    prompt: port.hidden('prompt'),
  },
  outputs: { carried: port.any(), rounds: port.int() },
  run: ({ loop, condition, carry, prompt }, { expand }) =>
    expand((builder) => {
      const { initial, max } = startOf(prompt, loop, whileLoop)
      return nextRound(builder, { prompt, loop, condition, carry, carried: initial, max, index: 0 })
    }),
})

/** Goes round for the items once they are known. */
const forEachRounds = defineNode({
  type: 'ForEachRounds',
  category,
  internal: true,
  summary: 'The rounds of a loop; For Each End puts it into its expansion.',
  inputList: true,
  inputs: {
    items: port.any(), initial: anything,
    loop: loopLink, result: carryLink, carry: carryLink, prompt: port.hidden('prompt'),
  },
  outputs: { results: port.any().optional().each(), carried: anything },
  run: ({ items, initial, loop: [loop], result, carry, prompt: [prompt] }, { expand }) =>
    expand((builder) => {
      const rounds = itemsIn(items).map((item, index) => ({ item, index }))
      const ends = { result: result?.[0], carry: carry?.[0] }
      return goRound(builder, { prompt: prompt!, open: loop!.from, initial: initial?.[0], ...ends }, rounds)
    }),
})

/** Goes round a number of times once it is known. */
const repeatRounds = defineNode({
  type: 'RepeatRounds',
  category,
  internal: true,
  summary: 'The rounds of a loop; Repeat End puts it into its expansion.',
  inputs: {
    times: repeat.inputs.times, initial: anything,
    loop: loopLink, result: carryLink, carry: carryLink, prompt: port.hidden('prompt'),
  },
  outputs: { results: port.any().optional().each(), carried: anything },
  run: ({ times, initial, loop, result, carry, prompt }, { expand }) =>
    expand((builder) => {
      const rounds = countTo(times).map((index) => ({ index }))
      return goRound(builder, { prompt, open: loop.from, result, carry, initial }, rounds)
    }),
})

/** Looks at the condition of a round, and goes on with the next where it holds. */
const whileRound = defineNode({
  type: 'WhileRound',
  category,
  internal: true,
  summary: 'One round of a loop; While End puts it into its expansion.',
  inputs: {
    holds: port.boolean(), carried: port.any(), index: port.int(), max: whileLoop.inputs.max,
    loop: loopLink, condition: port.rawLink(port.boolean()), carry: port.rawLink(), prompt: port.hidden('prompt'),
  },
  outputs: { carried: port.any(), rounds: port.int() },
  run: ({ holds, ...round }, { expand }) => {
    const { index, max, carried, prompt, loop, carry } = round
    if (!holds) return { carried, rounds: index }
    if (index >= max) throw tooManyRounds(max)
    return expand((builder) => {
      const body = loopBody(prompt, loop.from, [carry])
      const follow = copyBody(builder, body, index, { loop: 'loop', carried, index })
      return nextRound(builder, { ...round, carried: follow(carry), index: index + 1 })
    }, { continues: true })
  },
})

/** Collects what the rounds of a loop gave. */
const collect = defineNode({
  type: 'CollectRounds',
  category,
  internal: true,
  summary: 'The results of a loop as a list; the end of a loop puts it into its expansion.',
  inputs: { values: port.variadic(port.any(), { min: 0, max: 1_000_000 }) },
  outputs: { values: port.any().each() },
  facts: ({ values }, { facts }) => ({ outputs: { values: commonFacts(variadicFacts(facts, 'values', values?.length ?? 0)) } }),
  run: ({ values }) => ({ values }),
})

/** The node types of loops, those that only expansions use among them. */
export const LOOP_NODES: readonly NodeType[] = [
  forEach, forEachEnd, repeat, repeatEnd, whileLoop, whileEnd, forEachRounds, repeatRounds, whileRound, collect,
]

interface Rounds {
  readonly prompt: Prompt
  readonly open: string
  readonly result: RawLink | undefined
  readonly carry: RawLink | undefined
  readonly initial: unknown
}

/** Copies the body for each round, one beside the other; only what is carried ties them together. */
function goRound(
  builder: ExpansionBuilder,
  { prompt, open, result, carry, initial }: Rounds,
  rounds: readonly object[],
) {
  const body = loopBody(prompt, open, [result, carry].filter((end) => end !== undefined))
  const results: unknown[] = []
  let carried = initial
  for (const [index, round] of rounds.entries()) {
    const follow = copyBody(builder, body, index, { loop: 'loop', ...round, carried })
    if (result) results.push(follow(result))
    if (carry) carried = follow(carry)
  }
  // Links and values alike go into a variadic port.
  const collected = builder.node(collect, { values: results as RawLink[] })
  return { results: collected.out('values'), carried: carried as RawLink } // a link, or the initial value as it came
}

interface WhileState {
  readonly prompt: Prompt
  readonly loop: RawLink
  readonly condition: RawLink
  readonly carry: RawLink
  readonly carried: unknown
  readonly index: number
  readonly max: unknown
}

/** Puts the condition of a round into the expansion, and the node that looks at it. */
function nextRound(
  { node, ...builder }: ExpansionBuilder,
  { prompt, loop, condition, carry, carried, index, max }: WhileState,
): { carried: RawLink; rounds: RawLink } {
  const body = loopBody(prompt, loop.from, [condition])
  const follow = copyBody({ node, ...builder }, body, `${index}.condition`, { loop: 'loop', carried, index })
  const inputs = { holds: follow(condition), carried, index, max, loop, condition, carry }
  const round: ExpansionNode = node('WhileRound', inputs, { id: `${index}` })
  return { carried: round.out('carried'), rounds: round.out('rounds') }
}

/** The inputs of the node that a loop begins with: links, or values. */
function startOf(prompt: Prompt, { from }: RawLink, { type }: NodeType): Readonly<Record<string, RawLink | undefined>> {
  const start = prompt.node(from)
  if (start?.type !== type) {
    throw new WorkflowError({
      code: 'bad_linked_input',
      input: 'loop',
      problem: `expected a link from ${type}, got one from ${start?.type ?? 'a node that there is not'}`,
      remedy: `Connect output "loop" of a node ${type}.`,
    })
  }
  return Object.fromEntries(start.inputs) as Record<string, RawLink> // or values, which go wherever links go
}

/** Without what is left out. */
function given<T extends object>(inputs: T): T {
  return Object.fromEntries(Object.entries(inputs).filter(([, value]) => value !== undefined)) as T
}

function linked(node: { out(name: 'results' | 'carried'): RawLink }) {
  return { results: node.out('results'), carried: node.out('carried') }
}

/** What came item by item, or the one list that came as a value. */
function itemsIn(items: readonly unknown[]): readonly unknown[] {
  const [only] = items
  return items.length === 1 && Array.isArray(only) ? only : items
}

function countTo(times: number): number[] {
  return Array.from({ length: times }, (_, index) => index)
}

function tooManyRounds(max: number): WorkflowError {
  const problem = `its condition still holds after ${max} rounds`
  const remedy = 'Check the condition, or raise "max" of While.'
  return new WorkflowError({ code: 'expansion_limit', problem, remedy })
}
