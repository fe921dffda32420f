import { describe, expect, test } from 'vitest'
import { createRegistry } from '../plugins/registry.ts'
import { defineNode, type NodeType } from '../types/node-type.ts'
import { port } from '../types/port.ts'
import { MemoryCache } from './cache.ts'
import type { RunEvent } from './events.ts'
import type { RunOptions } from './host.ts'
import { copyBody, loopBody } from './loop-body.ts'
import { LOOP_NODES } from './loops.ts'
import { runWorkflow } from './run.ts'
import { NO_PATHS } from './testing/stub-graph.ts'

type Nodes = Readonly<Record<string, { readonly type: string; readonly [input: string]: unknown }>>

/** What the nodes of the last run were given. */
let log: string[] = []

const plus = defineNode({
  type: 'Plus', category: 'test', inputs: { a: port.any(), b: port.any() }, outputs: { out: port.any() },
  run: ({ a, b }) => (log.push(`${a}+${b}`), { out: Number(a) + Number(b) }),
})
const list = defineNode({
  type: 'List', category: 'test', inputs: { of: port.any() }, outputs: { out: port.any().each() },
  run: ({ of }) => ({ out: of as unknown[] }),
})
const less = defineNode({
  type: 'Less', category: 'test', inputs: { a: port.any(), than: port.int() }, outputs: { out: port.boolean() },
  run: ({ a, than }) => (log.push(`${a}<${than}`), { out: Number(a) < than }),
})
const show = defineNode({
  type: 'Show', category: 'test', output: true, inputs: { value: port.any(), more: port.any().optional() }, outputs: { out: port.any() },
  run: ({ value, more }) => ({ out: more === undefined ? value : [value, more] }),
})
const all = defineNode({
  type: 'All', category: 'test', output: true, inputList: true, inputs: { values: port.any() }, outputs: { out: port.any() },
  run: ({ values }) => ({ out: values }),
})

const from = (id: string, output: string) => ({ from: id, output })

async function run(nodes: Nodes, options: Partial<RunOptions> & { readonly more?: readonly NodeType[] } = {}) {
  log = []
  const events: RunEvent[] = []
  const workflow = {
    version: 1,
    nodes: Object.entries(nodes).map(([id, { type, ...inputs }]) => ({ id, type, inputs })),
  }
  const types = [plus, list, less, show, all, ...LOOP_NODES, ...(options.more ?? [])]
  const registry = createRegistry([{ id: 'test', hash: 'h', nodes: types }])
  const onEvent = (event: RunEvent) => void events.push(event)
  const result = await runWorkflow(workflow, { registry, paths: NO_PATHS, onEvent, ...options })
  const value = (id = 'show') => result.results.get(id)?.outputs.get('out')?.value
  return { ...result, events, value, log }
}

describe('ForEach', () => {
  //  each ─item─► plus ─► end ─results─► all
  const over = (items: unknown): Nodes => ({
    each: { type: 'ForEach', items },
    plus: { type: 'Plus', a: from('each', 'item'), b: from('each', 'index') },
    end: { type: 'ForEachEnd', loop: from('each', 'loop'), result: from('plus', 'out') },
    all: { type: 'All', values: from('end', 'results') },
  })

  test('runs its body once for each item', async () => {
    const result = await run(over([10, 20, 30]))
    expect([result.value('all'), result.log]).toEqual([[10, 21, 32], ['10+0', '20+1', '30+2']])
    expect(result.events.filter((event) => 'shown' in event && !['end', 'all'].includes(event.shown))).toEqual([])
  })

  test('takes what a node gives item by item, and no items at all', async () => {
    const nodes = { ...over(from('list', 'out')), list: { type: 'List', of: [5, 6] } }
    expect((await run(nodes)).value('all')).toEqual([5, 7])
    expect((await run(over([]))).value('all')).toEqual([])
  })

  test('runs for what is new alone when its items change', async () => {
    const cache = new MemoryCache(1e6)
    await run(over([10, 20, 30]), { cache })
    expect((await run(over([10, 20, 31, 40]), { cache })).log).toEqual(['31+2', '40+3'])
    expect((await run(over([10, 20, 31, 40]), { cache })).log).toEqual([])
  })

  //  each ─item────► plus ─► end ─carried─► show
  //   └──carried───►
  test('carries a value from round to round', async () => {
    const result = await run({
      each: { type: 'ForEach', items: [1, 2, 3, 4], initial: 100 },
      plus: { type: 'Plus', a: from('each', 'carried'), b: from('each', 'item') },
      end: { type: 'ForEachEnd', loop: from('each', 'loop'), carry: from('plus', 'out') },
      show: { type: 'Show', value: from('end', 'carried') },
    })
    expect([result.value(), result.log]).toEqual([110, ['100+1', '101+2', '103+3', '106+4']])
  })

  test('computes once what does not depend on the round', async () => {
    const result = await run({
      ...over([1, 2]),
      fixed: { type: 'Plus', a: 7, b: 1 },
      plus: { type: 'Plus', a: from('each', 'item'), b: from('fixed', 'out') },
    })
    expect([result.value('all'), result.log]).toEqual([[9, 10], ['7+1', '1+8', '2+8']])
  })

  //  outer ─item─► [ inner ─item─► plus ─► innerEnd ─results─► all1 ] ─► outerEnd ─► all
  test('goes inside another', async () => {
    const result = await run({
      outer: { type: 'ForEach', items: [10, 20] },
      inner: { type: 'ForEach', items: [1, 2, 3] },
      plus: { type: 'Plus', a: from('outer', 'item'), b: from('inner', 'item') },
      innerEnd: { type: 'ForEachEnd', loop: from('inner', 'loop'), result: from('plus', 'out') },
      each: { type: 'All', values: from('innerEnd', 'results') },
      outerEnd: { type: 'ForEachEnd', loop: from('outer', 'loop'), result: from('each', 'out') },
      all: { type: 'All', values: from('outerEnd', 'results') },
    }, { targets: ['all'] })
    expect(result.value('all')).toEqual([[11, 12, 13], [21, 22, 23]])
  })

  test('whose body has nothing of the round gives it for each', async () => {
    const result = await run({ ...over([1, 2]), plus: { type: 'Plus', a: 3, b: 4 } })
    expect([result.value('all'), result.log]).toEqual([[7, 7], ['3+4']])
  })

  test('names the round that fails, at the node that is seen', async () => {
    const bad = defineNode({
      type: 'Bad', category: 'test', inputs: { a: port.int() }, outputs: { out: port.any() },
      run: ({ a }) => { if (a === 20) throw new Error('twenty'); return { out: a } },
    })
    const result = await run({ ...over([10, 20, 30]), plus: { type: 'Bad', a: from('each', 'item') } }, { more: [bad] })
    expect(result.error?.message).toBe('ForEachEnd (node end): inside it, Bad (node end.0.1.plus): twenty.')
    expect(result.error?.node?.id).toBe('end')
  })

  test('refuses an end that belongs to another loop', async () => {
    const result = await run({ ...over([1]), end: { type: 'RepeatEnd', loop: from('each', 'loop'), result: from('plus', 'out') } })
    expect(result.error?.message).toBe(
      'RepeatEnd (node end), input "loop": expected a link from Repeat, got one from ForEach. Connect output "loop" of a node Repeat.',
    )
  })

  test('goes over thousands of items, some of it in no more than its part of time', async () => {
    const result = await run(over(Array.from({ length: 3_000 }, (_, index) => index)))
    expect((result.value('all') as number[]).at(-1)).toBe(5998)
  })
})

describe('Repeat', () => {
  const repeated = (times: unknown): Nodes => ({
    start: { type: 'Repeat', times, initial: 1 },
    plus: { type: 'Plus', a: from('start', 'carried'), b: from('start', 'carried') },
    end: { type: 'RepeatEnd', loop: from('start', 'loop'), carry: from('plus', 'out'), result: from('start', 'index') },
    show: { type: 'Show', value: from('end', 'carried') },
    all: { type: 'All', values: from('end', 'results') },
  })

  //  start ─carried─► plus ─► end ─carried─► show          ten times the double
  test('runs its body a number of times', async () => {
    const result = await run(repeated(10))
    expect([result.value(), result.value('all')]).toEqual([1024, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]])
  })

  test('takes the number from a link, and once more runs once more', async () => {
    const cache = new MemoryCache(1e6)
    const nodes = { ...repeated(from('count', 'out')), count: { type: 'Plus', a: 1, b: 2 } }
    expect((await run(nodes, { cache })).value()).toBe(8)
    expect((await run({ ...nodes, count: { type: 'Plus', a: 1, b: 3 } }, { cache })).log).toEqual(['1+3', '8+8'])
  })

  test('no time at all gives what it began with', async () => {
    const result = await run(repeated(0))
    expect([result.value(), result.value('all')]).toEqual([1, []])
  })
})

describe('While', () => {
  const below = (limit: number, max = 100): Nodes => ({
    start: { type: 'While', initial: 1, max },
    less: { type: 'Less', a: from('start', 'carried'), than: limit },
    plus: { type: 'Plus', a: from('start', 'carried'), b: from('start', 'carried') },
    end: { type: 'WhileEnd', loop: from('start', 'loop'), condition: from('less', 'out'), carry: from('plus', 'out') },
    show: { type: 'Show', value: from('end', 'carried'), more: from('end', 'rounds') },
  })

  //  start ─carried─► less ─condition─► end ─► show
  //   └───carried─► plus ─carry───────►
  test('goes round as long as the condition holds', async () => {
    const result = await run(below(6))
    expect(result.value()).toEqual([8, 3])
    expect(result.log).toEqual(['1<6', '1+1', '2<6', '2+2', '4<6', '4+4', '8<6'])
    expect((await run(below(1))).value()).toEqual([1, 0])
  })

  test('knows the rounds of before', async () => {
    const cache = new MemoryCache(1e6)
    await run(below(6), { cache })
    expect((await run(below(12), { cache })).log.filter((text) => text.includes('+'))).toEqual(['8+8'])
  })

  test('ends with an error at its limit', async () => {
    const result = await run(below(1e9, 10))
    expect(result.error?.message).toContain('its condition still holds after 10 rounds. Check the condition, or raise "max" of While.')
    expect(result.error?.node?.id).toBe('end')
  })

  test('may go round thousands of times: rounds are no depth, paths stay short, events stay in proportion', async () => {
    const one = { ...below(5_000, 10_000), plus: { type: 'Plus', a: from('start', 'carried'), b: 1 } }
    const result = await run(one)
    expect(result.value()).toEqual([5_000, 4_999])
    const longest = Math.max(...result.events.map((event) => JSON.stringify(event).length))
    expect(longest).toBeLessThan(1_000)
  })
})

describe('a loop as a plugin writes it, between a pair of nodes of its own', () => {
  //  open ─value─► plus ─► close ─► show          doubles until 100 is passed: do … while
  const open = defineNode({
    type: 'Open', category: 'plugin', inputs: { value: port.any() }, outputs: { flow: port.any(), value: port.any() },
    run: ({ value }) => ({ flow: null, value }),
  })
  const close = defineNode({
    type: 'Close', category: 'plugin',
    inputs: { flow: port.rawLink(), value: port.int(), next: port.rawLink(port.any()), prompt: port.hidden('prompt') },
    outputs: { out: port.int() },
    run: ({ flow, value, next, prompt }, { expand }) => {
      if (value > 100) return { out: value }
      return expand((builder) => {
        const again = builder.node('Open', { value })
        const follow = copyBody(builder, loopBody(prompt, flow.from, [next]), 'body', { flow: again.out('flow'), value: again.out('value') })
        const link = follow(next)
        return { out: builder.node('Close', { flow: again.out('flow'), value: link, next: link }).out('out') }
      })
    },
  })

  test('runs by expansion, round after round', async () => {
    const nodes: Nodes = {
      open: { type: 'Open', value: 3 },
      plus: { type: 'Plus', a: from('open', 'value'), b: from('open', 'value') },
      close: { type: 'Close', flow: from('open', 'flow'), value: from('plus', 'out'), next: from('plus', 'out') },
      show: { type: 'Show', value: from('close', 'out') },
    }
    const result = await run(nodes, { more: [open, close] })
    expect([result.value(), result.log]).toEqual([192, ['3+3', '6+6', '12+12', '24+24', '48+48', '96+96']])
    const cut = await run(nodes, { more: [open, close], limits: { depth: 3 } })
    expect(cut.error?.message).toContain('expansions are nested more than 3 deep')
  })
})
