import { expect, test } from 'vitest'
import { createRegistry } from '../plugins/registry.ts'
import { resolvePrompts } from '../run/resolve-inputs.ts'
import { NO_PATHS } from '../run/testing/stub-graph.ts'
import { defineNode } from '../types/node-type.ts'
import { port } from '../types/port.ts'
import { flattenSubgraphs } from '../workflow/flatten.ts'
import { resolveSeeds } from '../workflow/seeds.ts'
import type { Workflow } from '../workflow/workflow.ts'
import { pinned, pinsOf } from './pins.ts'

const paint = defineNode({
  type: 'Paint', category: 'test', inputs: { text: port.string({ dynamicPrompt: true }), seed: port.seed() }, outputs: { text: port.string() },
  run: ({ text }) => ({ text }),
})
const registry = createRegistry([{ id: 'test', hash: '1', nodes: [paint] }])
const { definitions } = registry

//  a (seed random)     s[ b ], t[ b ]: a seed and a text of its own each
const workflow: Workflow = {
  version: 1,
  nodes: [
    { id: 'a', type: 'Paint', inputs: { text: 'a plain \\{text\\}', seed: 'random' } },
    { id: 'f', type: 'Paint', inputs: { text: { from: 'a', output: 'text' }, seed: 5 } },
    { id: 's', type: 'subgraph:in', inputs: {} },
    { id: 't', type: 'subgraph:in', inputs: {} },
  ],
  subgraphs: [{ id: 'in', name: 'In', inputs: [], outputs: [], nodes: [{ id: 'b', type: 'Paint', inputs: { text: '{red|blue|\\{green\\}}', seed: 'random' } }] }],
}
const flat = (one: Workflow) => flattenSubgraphs(one).workflow

async function drawn() {
  const seeded = resolveSeeds(workflow, definitions).workflow
  const { recorded } = await resolvePrompts(seeded, registry, NO_PATHS)
  return { written: flat(workflow), ran: flat(recorded) }
}

test('law: what is pinned is what ran, drawn seeds and chosen texts, in subgraphs too', async () => {
  for (let time = 0; time < 20; time++) {
    const { written, ran } = await drawn()
    const pins = pinsOf(written, ran, definitions)
    expect(pins.seeds.map(({ node }) => node)).toEqual(['a', 'f', 's/b', 't/b'])
    expect(pins.prompts.map(({ node }) => node)).toEqual(['a', 's/b', 't/b'])
    const again = pinned(written, pins)
    expect(again.nodes).toEqual(ran.nodes)
    const { seeds } = resolveSeeds(again, definitions)
    expect([seeds, flat((await resolvePrompts(again, registry, NO_PATHS)).recorded).nodes]).toEqual([[], ran.nodes])
  }
})

test('a link in the place of a seed stays; pins of nodes that are gone do nothing', () => {
  const linked: Workflow = { version: 1, nodes: [{ id: 'a', type: 'Paint', inputs: { seed: { from: 'n', output: 0 } } }] }
  const seeds = [{ node: 'a', input: 'seed', value: 1 }, { node: 'gone', input: 'seed', value: 2 }]
  expect(pinned(linked, { seeds, prompts: [] })).toEqual(linked)
})
