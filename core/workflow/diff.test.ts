import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { diffText, diffWorkflows } from './diff.ts'
import type { InputValue, Workflow, WorkflowNode } from './workflow.ts'

const node = (id: string, type: string, inputs: Record<string, InputValue> = {}, more: Partial<WorkflowNode> = {}) =>
  ({ id, type, inputs, ...more }) satisfies WorkflowNode
const from = (id: string, output: string | number) => ({ from: id, output })

//  load ──► s ──► d ──► save
const base: Workflow = {
  version: 1,
  parameters: [{ name: 'steps', node: 's', input: 'steps' }],
  nodes: [
    node('load', 'LoadDiT', { name: 'tiny' }, { position: [0, 0] }),
    node('s', 'Sampler', { model: from('load', 'model'), steps: 20, seed: 1 }),
    node('d', 'VAEDecode', { samples: from('s', 'latent') }),
    node('save', 'SaveVideo', { images: from('d', 0), prefix: 'a' }),
  ],
}
const change = (id: string, more: Partial<WorkflowNode>): Workflow => ({
  ...base,
  nodes: base.nodes.map((one) => (one.id === id ? { ...one, ...more } : one)),
})
const lines = (after: Workflow, before = base) => diffText(diffWorkflows(before, after)).split('\n')

describe('the words of a diff', () => {
  test('nothing', () => expect(lines(structuredClone(base))).toEqual(['No difference.']))

  test('values that are set, changed and left out', () => {
    const inputs = { model: from('load', 'model'), steps: 30, name: 'Euler' }
    expect(lines(change('s', { inputs }))).toEqual([
      'Sampler.steps 20 → 30',
      'Sampler.seed left out (was 1)',
      'Sampler.name set to "Euler" (was left out)',
    ])
  })

  test('of long texts the part that differs', () => {
    const text = (colour: string) => `${'A slow pan over a quiet harbour. '.repeat(4)}A ${colour} boat${' drifts by'.repeat(6)}`
    const [was, is] = [change('save', { inputs: { prefix: text('red') } }), change('save', { inputs: { prefix: text('blue') } })]
    expect(lines(is, was)).toEqual([
      'SaveVideo.prefix … a quiet harbour. A red boat drifts by drif… → … a quiet harbour. A blue boat drifts by drif…',
    ])
  })

  test('links', () => {
    const nodes = [...base.nodes, node('up', 'Upscale', { samples: from('s', 'latent'), by: 2 })]
    const after = { ...change('d', { inputs: { samples: from('up', 'latent') } }) }
    expect(lines({ ...after, nodes: [...after.nodes, nodes.at(-1)!] })).toEqual([
      'Upscale added (samples from Sampler.latent, by 2)',
      'VAEDecode.samples now comes from Upscale.latent (was Sampler.latent)',
    ])
    expect(lines(change('s', { inputs: { model: from('load', 'model'), steps: from('load', 1), seed: 1 } }))).toEqual([
      'Sampler.steps now comes from output 1 of LoadDiT (was 20)',
    ])
    expect(lines(change('save', { inputs: { images: { value: {} }, prefix: 'a' } }))).toEqual([
      'SaveVideo.images now {} (came from output 0 of VAEDecode)',
    ])
  })

  test('nodes that are added and removed; of two of a type, which', () => {
    const nodes = [...base.nodes.slice(0, 3), node('t', 'Sampler', { steps: 5 })]
    expect(lines({ ...base, nodes })).toEqual(['SaveVideo removed', 'Sampler (node t) added (steps 5)'])
    expect(lines(base, { ...base, nodes })).toEqual([
      'Sampler (node t) removed',
      'SaveVideo added (images from output 0 of VAEDecode, prefix "a")',
    ])
  })

  test('ids that changed along a whole chain are renamed, nothing else', () => {
    const name = (id: string) => `new-${id}`
    const renamed = base.nodes.map(({ inputs, ...rest }) => ({
      ...rest,
      id: name(rest.id),
      inputs: Object.fromEntries(Object.entries(inputs!).map(([key, value]) =>
        [key, typeof value === 'object' && value !== null && 'from' in value ? { ...value, from: name(value.from) } : value])),
    }))
    expect(lines({ ...base, parameters: [{ name: 'steps', node: 'new-s', input: 'steps' }], nodes: renamed })).toEqual([
      'LoadDiT: id load → new-load',
      'Sampler: id s → new-s',
      'VAEDecode: id d → new-d',
      'SaveVideo: id save → new-save',
    ])
  })

  test('what else a node may say', () => {
    expect(lines(change('s', { title: 'First pass', mode: 'bypass', version: 2 }))).toEqual([
      'Sampler is now called "First pass"',
      'First pass is now bypassed',
      'First pass is written for version 2 of its type (was 1)',
    ])
    expect(lines(base, change('s', { mode: 'mute' }))).toEqual(['Sampler is no longer muted'])
    expect(lines(change('s', { type: 'KSampler' }))).toEqual(['KSampler has another type: Sampler → KSampler'])
  })

  test('parameters and outputs', () => {
    const after: Workflow = {
      ...base,
      title: 'Demo',
      parameters: [{ name: 'steps', node: 's', input: 'seed' }, { name: 'seed', node: 's', input: 'seed' }],
      outputs: [{ name: 'video', node: 'save', output: 0 }],
    }
    expect(lines(after)).toEqual([
      'the workflow\'s title set to "Demo"',
      'parameter "steps" is now Sampler.seed (was Sampler.steps)',
      'parameter "seed" added: Sampler.seed',
      'output "video" added: output 0 of SaveVideo',
    ])
    expect(lines({ ...base, parameters: [] }, after).slice(1, 3)).toEqual(['parameter "steps" removed', 'parameter "seed" removed'])
  })

  test('subgraphs', () => {
    const inner = { id: 'u', name: 'Upscale', inputs: [{ name: 'x' }], outputs: [{ name: 'y', from: 's', output: 'latent' }] }
    const held = { ...inner, nodes: [node('s', 'Sampler', { samples: from('$inputs', 'x'), steps: 3 })] }
    const before: Workflow = { ...base, subgraphs: [held] }
    expect(lines(before)).toEqual(['subgraph "Upscale" added (1 node)'])
    const changed = { ...held, inputs: [], outputs: [{ name: 'y', from: 's', output: 1 }], nodes: [node('s', 'Sampler', { samples: 1, steps: 4 })] }
    expect(lines({ ...base, subgraphs: [changed] }, before)).toEqual([
      'Upscale › "x" removed',
      'Upscale › "y" is now output 1 of Sampler (was Sampler.latent)',
      'Upscale › Sampler.samples now 1 (came from input "x" of the subgraph)',
      'Upscale › Sampler.steps 3 → 4',
    ])
  })

  test('looks in one line', () => {
    const moved = change('load', { position: [1, 0], size: [5, 5], extra: { colour: 'red' } })
    const after = { ...moved, nodes: [...moved.nodes].reverse(), groups: [{ title: 'g', bounds: [0, 0, 1, 1] as const }] }
    expect(diffWorkflows(base, after)).toEqual({
      changes: [],
      layout: 'Layout only: 1 node moved, 1 node resized, 1 frame changed, 1 note of editors or importers changed, ' +
        'the order of the nodes changed.',
    })
  })
})

test('a change as data names node, input and both values', () => {
  const { changes } = diffWorkflows(base, change('s', { inputs: { ...base.nodes[1]!.inputs, steps: 30 } }))
  const sampler = { id: 's', type: 'Sampler' }
  expect(changes).toEqual([
    { of: 'input', change: 'changed', node: sampler, name: 'steps', before: 20, after: 30, text: 'Sampler.steps 20 → 30' },
  ])
})

const graph = fc.array(fc.tuple(fc.nat(4), fc.constantFrom('A', 'B'), fc.nat(3)), { maxLength: 8 }).map((rows): Workflow => ({
  version: 1,
  nodes: rows.map(([source, type, value], n) =>
    node(`${n}`, type, { value, ...(source < n && { source: from(`${source}`, 'out') }) })),
}))

test('law: only equal workflows have no difference, and both ways tell of the same inputs', () => {
  fc.assert(
    fc.property(graph, graph, (a, b) => {
      expect(diffWorkflows(a, structuredClone(a)).changes).toEqual([])
      const [there, back] = [diffWorkflows(a, b), diffWorkflows(b, a)]
      expect(there.changes.length === 0).toBe(JSON.stringify(a) === JSON.stringify(b))
      expect(back.changes).toHaveLength(there.changes.length)
    }),
  )
})

test('10,000 nodes whose ids all changed are matched in one go', () => {
  const chain = (prefix: string): Workflow => ({
    version: 1,
    nodes: Array.from({ length: 10_000 }, (_, n) =>
      node(`${prefix}${n}`, 'A', n === 0 ? {} : { x: from(`${prefix}${n - 1}`, 0) })),
  })
  expect(diffWorkflows(chain('a'), chain('b')).changes.every(({ change }) => change === 'renamed')).toBe(true)
})
