import { expect, test } from 'vitest'
import { createRegistry } from '../plugins/registry.ts'
import type { FactsContext } from '../types/facts.ts'
import { defineNode } from '../types/node-type.ts'
import { port } from '../types/port.ts'
import type { Workflow } from '../workflow/workflow.ts'
import { dryRun } from './dry-run.ts'
import { estimateOf } from './estimate.ts'
import { runWorkflow } from './run.ts'
import { NO_PATHS } from './testing/stub-graph.ts'
import { byType, TimeKeeper, type Measurement } from './time-keeper.ts'

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

const size = defineNode({
  type: 'Size', category: 'test', inputs: { width: port.int(), list: port.int().optional() }, outputs: { out: port.int() },
  facts: ({ width }) => ({ outputs: { out: { width: width ?? 0 } } }),
  run: ({ width }) => ({ out: width }),
})
const work = defineNode({
  type: 'Work', category: 'test', output: true,
  inputs: {
    a: port.int(), seed: port.seed(), text: port.string({ default: '' }), strength: port.float({ default: 1 }),
    way: port.choice(['fast', 'slow'], { default: 'fast' }),
  },
  outputs: { out: port.int() },
  cost: (_: object, { facts: { a } }: FactsContext) => (a ? Number(a['width']) : undefined),
  run: async ({ a }) => (await pause(1), { out: a }),
})
const stream = defineNode({
  type: 'Stream', category: 'test', inputs: {}, outputs: { out: port.int() },
  run: async (_, { publish }) => {
    publish({ out: 1 })
    await pause(300)
    return { out: 1 }
  },
})
const numbers = defineNode({
  type: 'Numbers', category: 'test', inputs: {}, outputs: { out: port.int().each() }, lengths: () => ({ out: 3 }), run: () => ({ out: [1, 2, 3] }),
})
const broken = defineNode({
  type: 'Broken', category: 'test', output: true, inputs: {}, outputs: {}, cost: () => { throw new Error('no idea') }, run: () => ({}),
})
const registry = createRegistry([{ id: 'test', hash: 'h', nodes: [size, work, stream, numbers, broken] }])
const options = { registry, paths: NO_PATHS }

//  size(width) ──► work(…)
const workflow = (inputs: object = {}, width = 100): Workflow => ({
  version: 1,
  nodes: [
    { id: 'size', type: 'Size', inputs: { width } },
    { id: 'work', type: 'Work', inputs: { a: { from: 'size', output: 'out' }, seed: 1, ...inputs } },
  ],
})

async function measure(source: Workflow): Promise<Measurement[]> {
  const keeper = new TimeKeeper()
  const result = await runWorkflow(source, { ...options, onPlan: (plan) => keeper.plan(plan), onEvent: (event) => keeper.event(event) })
  result.release()
  return keeper.measurements()
}

async function estimates(source: Workflow, known: readonly Measurement[]) {
  const { nodes } = await dryRun(source, { ...options, has: async () => false })
  return Object.fromEntries(nodes.map(({ node, work: known_ }) => [node, known_ && estimateOf(known_, byType(known))]))
}

test('what was measured is found again, whatever the seed and the texts', async () => {
  const known = await measure(workflow({ text: 'a secret' }))
  const { size: small, work: large } = await estimates(workflow({ seed: 2, text: 'another' }), known)
  expect([small, large]).toMatchObject([{ runs: 1, isSame: true }, { runs: 1, isSame: true }])
  expect(large!.seconds).toBe(known.find(({ type }) => type === 'Work')!.seconds)
  expect(JSON.stringify(known)).not.toContain('secret')
})

test.each([[{ strength: 2 }], [{ way: 'slow' }]])('another number or choice %j makes it another size', async (inputs) => {
  expect((await estimates(workflow(inputs), await measure(workflow())))['work']).toMatchObject({ isSame: false })
})

test('another size is scaled by its cost, and unknown where there is none', async () => {
  const known = await measure(workflow())
  const { size: small, work: large } = await estimates(workflow({}, 200), known)
  expect(large!.seconds / known.find(({ type }) => type === 'Work')!.seconds).toBeCloseTo(2, 6)
  expect([small, large!.isSame]).toEqual([undefined, false])
})

//  stream ═══► work      waits for what streams to it: that time is not its own
test('a node is not charged for what it waits for', async () => {
  const [first, second] = await measure({ version: 1, nodes: [
    { id: 'stream', type: 'Stream', inputs: {} },
    { id: 'work', type: 'Work', inputs: { a: { from: 'stream', output: 'out' }, seed: 1 } },
  ] })
  expect([first!.type, second!.type]).toEqual(['Stream', 'Work'])
  expect(second!.seconds).toBeLessThan(first!.seconds / 2)
})

//  numbers(3) ──► size      once for each
test('a node that is mapped over a list counts as often as it runs', async () => {
  const mapped: Workflow = { version: 1, nodes: [
    { id: 'numbers', type: 'Numbers', inputs: {} },
    { id: 'size', type: 'Size', inputs: { width: 7, list: { from: 'numbers', output: 'out' } } },
    { id: 'work', type: 'Work', inputs: { a: { from: 'size', output: 'out' }, seed: 1 } },
  ] }
  const known = await measure(mapped)
  expect(known.find(({ type }) => type === 'Work')!.cost).toBe(21)
  expect((await estimates(mapped, known))['work']).toMatchObject({ isSame: true })
})

test('a cost hook that fails is told by a plan, and leaves runs alone', async () => {
  const source: Workflow = { version: 1, nodes: [{ id: 'b', type: 'Broken', inputs: {} }] }
  expect(await measure(source)).toEqual([])
  await expect(estimates(source, [])).rejects.toThrow('Broken (node b): its cost hook failed: no idea')
})
