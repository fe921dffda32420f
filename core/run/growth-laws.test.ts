import fc from 'fast-check'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { runs } from '../../test/laws.ts'
import { createRegistry } from '../plugins/registry.ts'
import { Blocked, blocked } from '../types/blocked.ts'
import { defineNode } from '../types/node-type.ts'
import { port } from '../types/port.ts'
import type { InputValue, Workflow } from '../workflow/workflow.ts'
import { MemoryCache } from './cache.ts'
import { LOOP_NODES } from './loops.ts'
import { runWorkflow } from './run.ts'
import { NO_PATHS } from './testing/stub-graph.ts'

// Nodes that do everything at once: give lists, block, expand, ask for what they need; all of them tell what they got.

const any = port.any().optional()
const common = { salt: port.int(), a: any, b: any }
const text = (salt: number, ...values: unknown[]) => {
  const whole = `${salt}(${values.map((value) => value ?? '').join()})`
  return whole.length < 40 ? whole : `#${[...whole].reduce((hash, letter) => (hash * 31 + letter.codePointAt(0)!) | 0, 7)}`
}
const outputs = { out: port.string() }

const nodes = [
  defineNode({
    type: 'Plain', category: 't', inputs: common, outputs,
    run: async ({ salt, a, b }) => {
      if (salt === 1) await nextTurn()
      return { out: salt === 2 ? blocked('two') : text(salt, a, b) }
    },
  }),
  defineNode({
    type: 'List', category: 't', inputs: common, outputs: { out: port.string().each() },
    run: ({ salt, a, b }) => ({ out: [text(salt, a), salt === 2 ? blocked() : text(salt, b)].slice(0, salt) }),
  }),
  defineNode({
    type: 'Whole', category: 't', inputList: true, inputs: common, outputs,
    run: ({ salt: [salt], a = [], b = [] }) => ({ out: text(salt!, ...a, ...b) }),
  }),
  defineNode({
    type: 'Grid', category: 't', mapping: 'product', inputs: common, outputs,
    run: ({ salt, a, b }) => ({ out: text(salt, a, b) }),
  }),
  defineNode({
    type: 'Lazy', category: 't', inputs: { salt: port.int(), a: any.lazy(), b: any.lazy() }, outputs,
    needs: ({ salt, a }) => (salt === 1 ? ['a'] : salt === 2 && a === undefined ? ['a'] : salt === 2 ? ['a', 'b'] : []),
    run: ({ salt, a, b }) => ({ out: text(salt, a, b) }),
  }),
  defineNode({
    type: 'Grow', category: 't', inputs: common, outputs,
    run: ({ salt, a, b }, { expand }) => expand(({ node }) => {
      const inner = salt > 0 ? node('Grow', { salt: salt - 1, a, b }) : node('Plain', { salt, a, b })
      return { out: node('Plain', { salt: 0, a: inner.out(), b }).out() }
    }),
  }),
  ...LOOP_NODES,
]

interface Drawn {
  readonly type: string
  readonly salt: number
  readonly links: readonly (number | null)[]
}
const drawnLink = fc.option(fc.nat({ max: 7 }))
const drawn: fc.Arbitrary<Drawn> = fc.record({
  type: fc.constantFrom('Plain', 'List', 'Whole', 'Grid', 'Lazy', 'Grow'),
  salt: fc.nat({ max: 2 }),
  links: fc.tuple(drawnLink, drawnLink),
})

const graphs = fc.array(drawn, { minLength: 1, maxLength: 8 }).map((all): Workflow => ({
  version: 1,
  nodes: all.map(({ type, salt, links }, index) => {
    const linked = links.flatMap((back, slot): [string, InputValue][] =>
      back === null || index === 0 ? [] : [['ab'[slot]!, { from: `n${back % index}`, output: 'out' }]])
    return { id: `n${index}`, type, inputs: { salt, ...Object.fromEntries(linked) } }
  }),
}))

async function results(workflow: Workflow, options: { cache?: MemoryCache; trusted?: boolean; width?: number } = {}) {
  const { cache, trusted = false, width = 2 } = options
  const registry = createRegistry([{ id: 'test', hash: 'h', trusted, nodes }])
  const targets = workflow.nodes.map(({ id }) => id)
  const run = await runWorkflow(workflow, { registry, cache, targets, widths: { cpu: width }, paths: NO_PATHS })
  expect(run.error?.message).toBeUndefined()
  expect(run.status).toBe('done')
  const plain = (value: unknown): unknown => (value instanceof Blocked ? `blocked: ${value.message}` : value)
  const values = targets.map((id) => {
    const given = [...run.results.get(id)!.outputs.values()]
    return given.map(({ value }) => (Array.isArray(value) ? value.map(plain) : plain(value)))
  })
  run.release()
  return { values, executed: run.executed }
}

test('law: with lists, blocking, lazy inputs and expansions too, a run with a cache gives what one without gives', async () => {
  await fc.assert(
    fc.asyncProperty(graphs, graphs, fc.integer({ min: 0, max: 20_000 }), async (first, second, bytes) => {
      const cache = new MemoryCache(bytes)
      await results(first, { cache })
      expect((await results(second, { cache })).values).toEqual((await results(second)).values)
    }),
    runs(150),
  )
})

test('law: neither how many run at a time, nor whether nodes get copies, changes a result', async () => {
  await fc.assert(
    fc.asyncProperty(graphs, fc.integer({ min: 1, max: 6 }), async (workflow, width) => {
      expect((await results(workflow, { width, trusted: true })).values).toEqual((await results(workflow, { width: 1 })).values)
    }),
    runs(150),
  )
})

test('law: with room for all, nothing but what is blocked is looked at again', async () => {
  await fc.assert(
    fc.asyncProperty(graphs, async (workflow) => {
      const cache = new MemoryCache(1e9)
      const first = await results(workflow, { cache })
      const second = await results(workflow, { cache })
      expect([second.executed, second.values]).toEqual([[], first.values])
    }),
    runs(150),
  )
})
