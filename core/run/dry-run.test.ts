import { describe, expect, test } from 'vitest'
import type { FactsContext } from '../types/facts.ts'
import { defineNode } from '../types/node-type.ts'
import { port } from '../types/port.ts'
import { createRegistry } from '../plugins/registry.ts'
import type { Workflow } from '../workflow/workflow.ts'
import { dryRun } from './dry-run.ts'
import { NO_PATHS } from './testing/stub-graph.ts'

let ran = 0
const size = defineNode({
  type: 'Size', category: 'test', inputs: { width: port.int() }, outputs: { out: port.int() },
  facts: ({ width }) => ({ outputs: { out: { width: width ?? 0 } } }),
  run: ({ width }) => (ran++, { out: width }),
})
const work = defineNode({
  type: 'Work', category: 'test', output: true, inputs: { a: port.int(), seed: port.seed(), text: port.string({ dynamicPrompt: true, default: '' }) },
  outputs: { out: port.int() },
  memory: (_: object, { facts: { a } }: FactsContext) => (a ? { activations: 4 * Number(a['width']) } : undefined),
  run: ({ a }) => (ran++, { out: a }),
})
const registry = createRegistry([{ id: 'test', hash: 'h', nodes: [size, work] }])

//  size(width 100) ──► work(seed, text)
const workflow = (seed: number | string = 1): Workflow => ({
  version: 1,
  nodes: [
    { id: 'size', type: 'Size', inputs: { width: 100 } },
    { id: 'work', type: 'Work', inputs: { a: { from: 'size', output: 'out' }, seed, text: '{a|a}' } },
  ],
})
const plan = (source: Workflow, has: (key: string) => boolean = () => false) =>
  dryRun(source, { registry, paths: NO_PATHS, has: async (key) => has(key) })

describe('a dry run', () => {
  test('says what runs and what it takes, and runs nothing', async () => {
    const { nodes, prompts, seeds } = await plan(workflow())
    expect(nodes.map(({ node, runs }) => [node, runs])).toEqual([['size', 'yes'], ['work', 'yes']])
    expect(nodes[1]?.memory).toEqual({ activations: 400 })
    expect([prompts, seeds]).toEqual([[{ node: 'work', input: 'text', text: 'a' }], []])
    expect(ran).toBe(0)
  })

  test('says what is cached, and asks nothing of that', async () => {
    const keys: string[] = []
    await plan(workflow(), (key) => (keys.push(key), false))
    const { nodes } = await plan(workflow(), (key) => key === keys[0]) // the target is looked up first
    expect(nodes.map(({ node, runs, memory }) => [node, runs, memory])).toEqual([['size', 'no', undefined], ['work', 'no', undefined]])
  })

  test('says which seeds would be drawn', async () => {
    expect((await plan(workflow('random'))).seeds).toMatchObject([{ node: 'work', input: 'seed' }])
  })

  test('refuses what a run would refuse, with the same words', async () => {
    const wrong = { ...workflow(), nodes: workflow().nodes.slice(1) }
    await expect(plan(wrong)).rejects.toThrow('Work (node work), input "a": it is linked to node size, which the workflow does not have')
  })
})
