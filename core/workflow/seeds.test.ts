import { expect, test } from 'vitest'
import { definitionMap, describeNode } from '../types/definition.ts'
import { defineNode } from '../types/node-type.ts'
import { port } from '../types/port.ts'
import { flattenSubgraphs } from './flatten.ts'
import { resolveSeeds } from './seeds.ts'
import type { Workflow } from './workflow.ts'

const sampler = defineNode({
  type: 'Sampler',
  category: 'test',
  inputs: { seed: port.seed(), text: port.string() },
  outputs: {},
  run: () => ({}),
})
const definitions = definitionMap([describeNode(sampler)])

test('each seed that says "random" gets a number of its own; other inputs and numbers stay', () => {
  const workflow: Workflow = {
    version: 1,
    nodes: [
      { id: 'a', type: 'Sampler', inputs: { seed: 'random', text: 'random' } },
      { id: 'b', type: 'Sampler', inputs: { seed: 5, text: '' } },
      { id: 'c', type: 'Sampler', inputs: { seed: 'random', text: '' } },
      { id: 'd', type: 'Unknown', inputs: { seed: 'random' } },
    ],
  }
  let next = 100
  const { workflow: seeded, seeds } = resolveSeeds(workflow, definitions, () => next++)
  expect(seeds).toEqual([{ node: 'a', input: 'seed', value: 100 }, { node: 'c', input: 'seed', value: 101 }])
  expect(seeded.nodes.map(({ inputs }) => inputs!['seed'])).toEqual([100, 5, 101, 'random'])
  expect(seeded.nodes[0]!.inputs!['text']).toBe('random')
  expect(workflow.nodes[0]!.inputs!['seed']).toBe('random')
})

test('a workflow without such seeds is given back as it is', () => {
  const workflow: Workflow = { version: 1, nodes: [{ id: 'a', type: 'Sampler' }] }
  expect(resolveSeeds(workflow, definitions)).toEqual({ workflow, seeds: [] })
})

test('drawn seeds are whole numbers that a seed port takes', () => {
  const workflow: Workflow = { version: 1, nodes: [{ id: 'a', type: 'Sampler', inputs: { seed: 'random' } }] }
  const values = Array.from({ length: 50 }, () => resolveSeeds(workflow, definitions).seeds[0]!.value)
  expect(values.every((value) => Number.isSafeInteger(value) && value >= 0)).toBe(true)
  expect(new Set(values).size).toBe(50)
})

test('"increment 43" counts with the runs of a batch; what is no policy stays', () => {
  const inputs = (seed: string) => ({ version: 1 as const, nodes: [{ id: 'a', type: 'Sampler', inputs: { seed } }] })
  const valueAt = (seed: string, index: number) => resolveSeeds(inputs(seed), definitions, undefined, index).workflow.nodes[0]!.inputs!['seed']
  expect([0, 1, 9].map((index) => valueAt('increment 43', index))).toEqual([43, 44, 52])
  for (const seed of ['increment', 'increment -1', 'increment 9007199254740992', 'Random']) expect(valueAt(seed, 1)).toBe(seed)
  expect(resolveSeeds(inputs('increment 43'), definitions).seeds).toEqual([{ node: 'a', input: 'seed', value: 43 }])
})

//  S = a          x(S), y(S), o(O):  O = b(S)
test('each node that stands for a subgraph draws its own seeds; one that is fixed stays', () => {
  const nodes = [{ id: 'a', type: 'Sampler', inputs: { seed: 'random' } }, { id: 'f', type: 'Sampler', inputs: { seed: 7 } }]
  const subgraph = (id: string, inside: Workflow['nodes']) => ({ id, name: id, inputs: [], outputs: [], nodes: inside })
  const workflow: Workflow = {
    version: 1, nodes: [{ id: 'x', type: 'subgraph:s' }, { id: 'y', type: 'subgraph:s' }, { id: 'o', type: 'subgraph:o' }],
    subgraphs: [subgraph('s', nodes), subgraph('o', [{ id: 'b', type: 'subgraph:s' }]), subgraph('fixed', [nodes[1]!])],
  }
  let next = 100
  const { workflow: seeded, seeds } = resolveSeeds(workflow, definitions, () => next++)
  expect(seeds.map(({ node, value }) => [node, value])).toEqual([['x/a', 100], ['y/a', 101], ['o/b/a', 102]])
  const flat = new Map(flattenSubgraphs(seeded).workflow.nodes.map(({ id, inputs }) => [id, inputs?.['seed']]))
  expect(Object.fromEntries(flat)).toEqual({ 'x/a': 100, 'x/f': 7, 'y/a': 101, 'y/f': 7, 'o/b/a': 102, 'o/b/f': 7 })
  expect(seeded.subgraphs!.map(({ id }) => id)).toEqual(['s', 'o', 'fixed', 's@x', 's@y'])
  expect(resolveSeeds(seeded, definitions)).toEqual({ workflow: seeded, seeds: [] })
})

test('a subgraph used once keeps its definition, and one that holds itself is left as it is', () => {
  const nodes = [{ id: 'a', type: 'Sampler', inputs: { seed: 'random' } }]
  const drawn = (inside: Workflow['nodes']): Workflow =>
    ({ version: 1, nodes: [{ id: 'x', type: 'subgraph:s' }], subgraphs: [{ id: 's', name: 'S', inputs: [], outputs: [], nodes: inside }] })
  expect(resolveSeeds(drawn(nodes), definitions, () => 5)).toEqual({
    workflow: drawn([{ ...nodes[0]!, inputs: { seed: 5 } }]), seeds: [{ node: 'x/a', input: 'seed', value: 5 }],
  })
  const endless = drawn([...nodes, { id: 'again', type: 'subgraph:s' }])
  expect(resolveSeeds(endless, definitions).workflow).toBe(endless)
})
