import fc from 'fast-check'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { createRegistry } from '../plugins/registry.ts'
import { defineNode, type ResourceClass } from '../types/node-type.ts'
import { port } from '../types/port.ts'
import { isLink, type InputValue, type Workflow } from '../workflow/workflow.ts'
import { MemoryCache } from './cache.ts'
import type { RunEvent } from './events.ts'
import { runWorkflow } from './run.ts'
import { NO_PATHS } from './testing/stub-graph.ts'

const CLASSES: readonly ResourceClass[] = ['io', 'cpu', 'device']

const text = port.string().optional()

/** One node type a resource class: mixes what it gets into two texts, at once or a turn later. */
const mixers = CLASSES.map((resource) =>
  defineNode({
    type: `Mix_${resource}`,
    category: 'test',
    resource,
    output: true,
    inputs: { salt: port.int(), late: port.boolean(), a: text, b: text, c: text },
    outputs: { left: port.string(), right: port.string() },
    run: async ({ salt, late, ...texts }) => {
      if (late) await nextTurn()
      const given = Object.entries(texts).map(([name, given]) => `${name}=${given}`).join()
      const short = given.length < 60 ? given : `#${hashOf(given)}`
      return { left: `L${salt}(${short})`, right: `R${salt}(${short})` }
    },
  }),
)
const registry = createRegistry([{ id: 'test', hash: 'h', nodes: mixers }])

function hashOf(given: string): number {
  return [...given].reduce((hash, letter) => (hash * 31 + letter.codePointAt(0)!) | 0, 7)
}

interface DrawnNode {
  readonly type: string
  readonly salt: number
  readonly late: boolean
  /** For each of the inputs a, b, c: nothing, or which node before this one and which of its outputs. */
  readonly links: readonly (readonly [back: number, output: string] | null)[]
}

const drawnLink = fc.option(fc.tuple(fc.nat({ max: 11 }), fc.constantFrom('left', 'right')))
const drawnNode: fc.Arbitrary<DrawnNode> = fc.record({
  type: fc.constantFrom(...mixers.map(({ type }) => type)),
  salt: fc.nat({ max: 2 }),
  late: fc.boolean(),
  links: fc.tuple(drawnLink, drawnLink, drawnLink),
})
const graphs = fc.array(drawnNode, { minLength: 1, maxLength: 12 }).map(workflowOf)

/** Links go to nodes before, so a drawn graph has no cycle. */
function workflowOf(drawn: readonly DrawnNode[]): Workflow {
  const nodes = drawn.map(({ type, salt, late, links }, index) => {
    const linked = links.flatMap((link, slot): [string, InputValue][] => {
      if (link === null || index === 0) return []
      return [['abc'[slot]!, { from: `n${link[0] % index}`, output: link[1] }]]
    })
    return { id: `n${index}`, type, inputs: { salt, late, ...Object.fromEntries(linked) } }
  })
  return { version: 1, nodes }
}

async function texts(workflow: Workflow, cache = new MemoryCache(0), width = 2) {
  const widths = { io: width, cpu: width, device: width }
  const events: RunEvent[] = []
  const onEvent = (event: RunEvent) => void events.push(event)
  const run = await runWorkflow(workflow, { registry, cache, widths, onEvent, paths: NO_PATHS })
  expect(run.status).toBe('done')
  const values = [...run.results].map(([id, { outputs }]) => [id, ...[...outputs.values()].map(({ value }) => value)])
  return { values: values.sort(), executed: run.executed, plan: run.plan, events }
}

test('law: a run with a cache gives what a run without gives, whatever the cache has kept or seen', async () => {
  await fc.assert(
    fc.asyncProperty(graphs, graphs, fc.integer({ min: 0, max: 5_000 }), async (first, second, bytes) => {
      const cache = new MemoryCache(bytes)
      await texts(first, cache)
      expect((await texts(second, cache)).values).toEqual((await texts(second)).values)
      expect(cache.bytes).toBeLessThanOrEqual(bytes)
    }),
  )
})

test('law: with room for all, a second run executes nothing and gives the same', async () => {
  await fc.assert(
    fc.asyncProperty(graphs, async (workflow) => {
      const cache = new MemoryCache(1e9)
      const first = await texts(workflow, cache)
      const second = await texts(workflow, cache)
      expect(second.executed).toEqual([])
      expect(second.values).toEqual(first.values)
    }),
  )
})

test('law: neither the order in the file nor how many run at a time changes a result', async () => {
  const shuffled = graphs.chain((workflow) => {
    const all = { minLength: workflow.nodes.length, maxLength: workflow.nodes.length }
    const other = fc.shuffledSubarray([...workflow.nodes], all).map((nodes): Workflow => ({ version: 1, nodes }))
    return fc.tuple(fc.constant(workflow), other, fc.integer({ min: 1, max: 5 }))
  })
  await fc.assert(
    fc.asyncProperty(shuffled, async ([workflow, other, width]) => {
      expect((await texts(other, undefined, width)).values).toEqual((await texts(workflow, undefined, 1)).values)
    }),
  )
})

test('law: each node starts after all it depends on is done, ends once, and runs once for all that are like it', async () => {
  await fc.assert(
    fc.asyncProperty(graphs, async (workflow) => {
      const { events, plan } = await texts(workflow)
      const done = new Set<string>()
      for (const event of events) {
        if (event.type === 'node.done' || event.type === 'node.cached') done.add(event.node)
        if (event.type !== 'node.started') continue
        const inputs = Object.values(workflow.nodes.find(({ id }) => id === event.node)!.inputs!)
        expect(inputs.filter(isLink).every(({ from }) => done.has(from))).toBe(true)
      }
      // Of nodes with one key one runs, and the others have their result from it.
      const began = events.filter(({ type }) => type === 'node.started').length
      const shared = events.filter(({ type }) => type === 'node.cached').length
      expect([began + shared, events.length]).toEqual([plan!.run.length, 2 + 2 * began + shared])
      expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index))
    }),
  )
})
