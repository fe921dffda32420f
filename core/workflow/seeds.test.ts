import { expect, test } from 'vitest'
import { definitionMap, describeNode } from '../types/definition.ts'
import { defineNode } from '../types/node-type.ts'
import { port } from '../types/port.ts'
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
