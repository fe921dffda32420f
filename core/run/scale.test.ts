import { describe, expect, test } from 'vitest'
import { createRegistry } from '../plugins/registry.ts'
import { defineNode } from '../types/node-type.ts'
import { port } from '../types/port.ts'
import type { InputValue, Workflow } from '../workflow/workflow.ts'
import { MemoryCache } from './cache.ts'
import type { RunEvent } from './events.ts'
import { runWorkflow } from './run.ts'
import { NO_PATHS } from './testing/stub-graph.ts'

const add = defineNode({
  type: 'Add',
  category: 'test',
  inputs: { a: port.int({ default: 0 }), b: port.int({ default: 1 }) },
  outputs: { sum: port.int() },
  output: true,
  run: ({ a, b }) => ({ sum: a + b }),
})
/** Publishes before it returns, so that each next node begins while this one still runs. */
const relay = defineNode({
  type: 'Relay',
  category: 'test',
  resource: 'io',
  inputs: { a: port.int({ default: 0 }) },
  outputs: { sum: port.int() },
  run: ({ a }, { publish }) => (publish({ sum: a + 1 }), { sum: a + 1 }),
})
const registry = createRegistry([{ id: 'test', hash: 'h', nodes: [add, relay] }])

const from = (id: number) => ({ from: `n${id}`, output: 'sum' })
type Inputs = Record<string, InputValue>

/** Nodes n0, n1, … of one type with the inputs that a function gives for each index. */
const workflow = (type: string, count: number, inputs: (index: number) => Inputs): Workflow => ({
  version: 1,
  nodes: Array.from({ length: count }, (_, index) => ({ id: `n${index}`, type, inputs: inputs(index) })),
})

async function run(source: Workflow, cache = new MemoryCache(1e9), targets?: string[]) {
  const events: RunEvent[] = []
  const onEvent = (event: RunEvent) => void events.push(event)
  const result = await runWorkflow(JSON.stringify(source), { registry, cache, targets, onEvent, paths: NO_PATHS })
  return { ...result, events, cache, bytes: JSON.stringify(events).length }
}

const sumOf = (result: Awaited<ReturnType<typeof run>>, id: string) => result.results.get(id)?.outputs.get('sum')?.value

describe('10,000 nodes', () => {
  //  n0 ──► n1 ──► … ──► n9999
  const chain = (count: number, first = 1) =>
    workflow('Add', count, (index): Inputs => (index === 0 ? { b: first } : { a: from(index - 1), b: 1 }))

  test('in a chain run, are found again, and run again from the first on', async () => {
    const fresh = await run(chain(10_000), undefined, ['n9999'])
    expect([fresh.status, sumOf(fresh, 'n9999'), fresh.executed.length]).toEqual(['done', 10_000, 10_000])

    const cached = await run(chain(10_000), fresh.cache, ['n9999'])
    expect([sumOf(cached, 'n9999'), cached.executed.length, cached.plan?.cached.length]).toEqual([10_000, 0, 10_000])

    const changed = await run(chain(10_000, 5), fresh.cache, ['n9999'])
    expect([sumOf(changed, 'n9999'), changed.executed.length]).toEqual([10_004, 10_000])
  })

  //  n0 ──┬──► n1
  //       ├──► …
  //       └──► n9999
  test('side by side run', async () => {
    const wide = workflow('Add', 10_000, (index): Inputs => (index === 0 ? { b: 0 } : { a: from(0), b: index }))
    const fresh = await run(wide)
    expect([fresh.status, fresh.executed.length, sumOf(fresh, 'n9999')]).toEqual(['done', 10_000, 9_999])
    expect((await run(wide, fresh.cache)).plan?.cached).toHaveLength(10_000)
  })

  test('that publish into one another do not pile up on the stack', async () => {
    const relays = workflow('Relay', 10_000, (index): Inputs => (index === 0 ? {} : { a: from(index - 1) }))
    const result = await run(relays, undefined, ['n9999'])
    expect([result.status, sumOf(result, 'n9999')]).toEqual(['done', 10_000])
  })

  test('take events in proportion: two a node and two a run, of a fixed size', async () => {
    const small = await run(chain(1_000), undefined, ['n999'])
    const large = await run(chain(10_000), undefined, ['n9999'])
    expect([small.events.length, large.events.length]).toEqual([2_002, 20_002])
    expect(large.bytes / small.bytes).toBeLessThan(10.5)
  })

  test('leave other work of the process its turn', async () => {
    let turns = 0
    const timer = setInterval(() => turns++, 1)
    await run(chain(10_000))
    clearInterval(timer)
    expect(turns).toBeGreaterThan(0)
  })
})

//  n0 ═══► n1 ═══► … ═══► n40          each takes the one before twice: 2^40 ways through
test('a diamond of 40 levels runs each node once', async () => {
  const twice = (index: number): Inputs => ({ a: from(index - 1), b: from(index - 1) })
  const diamond = workflow('Add', 41, (index) => (index === 0 ? { b: 1 } : twice(index)))
  const result = await run(diamond, undefined, ['n40'])
  expect([result.executed.length, sumOf(result, 'n40')]).toEqual([41, 2 ** 40])
})
