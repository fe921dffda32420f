import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { runs } from '../../test/laws.ts'
import { flattenSubgraphs } from './flatten.ts'
import { packSubgraph } from './pack.ts'
import { parseWorkflow } from './parse.ts'
import { mapInputs } from './rename.ts'
import { unpackSubgraph } from './unpack.ts'
import { isLink, SUBGRAPH_INPUTS, type InputValue, type Workflow, type WorkflowNode } from './workflow.ts'

const node = (id: string, type: string, inputs: Record<string, InputValue> = {}, more: Partial<WorkflowNode> = {}) =>
  ({ id, type, inputs, ...more }) satisfies WorkflowNode
const from = (id: string, output: string | number = 'out') => ({ from: id, output })

//  load ──► s ──► d ──► save        steps sets s.steps, seed sets s.seed (which the file leaves out)
//   └───────┴─────► also
const drawn: Workflow = {
  version: 1,
  parameters: [
    { name: 'steps', node: 's', input: 'steps' },
    { name: 'seed', node: 's', input: 'seed', description: 'Any number' },
    { name: 'file', node: 'save', input: 'prefix' },
  ],
  outputs: [{ name: 'frames', node: 'd', output: 0 }],
  nodes: [
    node('load', 'Load', { name: 'tiny' }, { position: [0, 0] }),
    node('s', 'Sampler', { model: from('load', 'model'), vae: from('load', 'vae'), steps: 20 }, { position: [100, 50] }),
    node('d', 'Decode', { samples: from('s', 'latent'), vae: from('load', 'vae') }, { position: [300, 20], title: 'Frames' }),
    node('save', 'Save', { images: from('d', 0), prefix: 'a' }),
    node('also', 'Also', { a: from('s', 'latent'), b: from('load', 'vae'), c: from('d', 'image') }),
  ],
}

describe('packSubgraph', () => {
  const { workflow, node: stand } = packSubgraph(drawn, { nodes: ['s', 'd'], name: 'Make', id: 'make' })

  test('draws a border: each source comes in once, each output goes out once, parameters keep their hold', () => {
    expect(stand).toBe('make')
    expect(parseWorkflow(workflow)).toEqual({
      version: 1,
      parameters: [
        { name: 'steps', node: 'make', input: 'steps' },
        { name: 'seed', node: 'make', input: 'seed', description: 'Any number' },
        { name: 'file', node: 'save', input: 'prefix' },
      ],
      outputs: [{ name: 'frames', node: 'make', output: 'output0' }],
      nodes: [
        drawn.nodes[0],
        {
          id: 'make',
          type: 'subgraph:make',
          inputs: { steps: 20, model: from('load', 'model'), vae: from('load', 'vae') },
          position: [100, 20],
        },
        node('save', 'Save', { images: from('make', 'output0'), prefix: 'a' }),
        node('also', 'Also', { a: from('make', 'latent'), b: from('load', 'vae'), c: from('make', 'image') }),
      ],
      subgraphs: [
        {
          id: 'make',
          name: 'Make',
          inputs: [{ name: 'steps' }, { name: 'seed' }, { name: 'model' }, { name: 'vae' }],
          outputs: [
            { name: 'output0', from: 'd', output: 0 },
            { name: 'latent', from: 's', output: 'latent' },
            { name: 'image', from: 'd', output: 'image' },
          ],
          nodes: [
            node('s', 'Sampler', {
              model: from('$inputs', 'model'),
              vae: from('$inputs', 'vae'),
              steps: from('$inputs', 'steps'),
              seed: from('$inputs', 'seed'),
            }, { position: [100, 50] }),
            node('d', 'Decode', { samples: from('s', 'latent'), vae: from('$inputs', 'vae') }, { position: [300, 20], title: 'Frames' }),
          ],
        },
      ],
    })
  })

  test('unpacked, it is what it was', () => {
    expect(unpackSubgraph(workflow, 'make')).toEqual(drawn)
  })

  test('what a value given to the node means outside', () => {
    const given = { ...workflow, nodes: workflow.nodes.map((one) => (one.id === 'make' ? { ...one, inputs: { ...one.inputs, steps: 5 } } : one)) }
    expect(unpackSubgraph(given, 'make').nodes[1]!.inputs).toMatchObject({ steps: 5 })
  })

  test('nodes lie where the node was moved to, and ids that are taken give way', () => {
    const moved: Workflow = {
      ...workflow,
      nodes: [...workflow.nodes.map((one) => (one.id === 'make' ? { ...one, position: [110, 30] as const } : one)), node('s', 'Other')],
    }
    const nodes = unpackSubgraph(moved, 'make').nodes
    expect(nodes.map(({ id, position }) => [id, position])).toEqual([
      ['load', [0, 0]],
      ['s-2', [110, 60]],
      ['d', [310, 30]],
      ['save', undefined],
      ['also', undefined],
      ['s', undefined],
    ])
    expect(nodes[2]!.inputs!['samples']).toEqual(from('s-2', 'latent'))
  })

  test('a subgraph that others stand for stays in the file', () => {
    const twice = { ...workflow, nodes: [...workflow.nodes, node('again', 'subgraph:make')] }
    expect(unpackSubgraph(twice, 'make').subgraphs).toEqual(workflow.subgraphs)
  })

  test.each<[string, () => unknown, string]>([
    ['a node that is not there', () => packSubgraph(drawn, { nodes: ['x'] }), 'there is no node x to pack. Choose nodes that lie in one graph.'],
    ['nothing', () => packSubgraph(drawn, { nodes: [] }), 'there is nothing to pack. Choose at least one node.'],
    ['a graph that is not there', () => packSubgraph(drawn, { nodes: ['s'], within: 'x' }), 'the workflow has no subgraph "x"'],
    ['a parameter in place of a link inside', () =>
      packSubgraph({ ...drawn, parameters: [{ name: 'p', node: 'd', input: 'samples' }] }, { nodes: ['s', 'd'] }),
      '"Frames" (Decode, node d), input "samples": parameter "p" replaces a link between two of the nodes'],
    ['an ordinary node to unpack', () => unpackSubgraph(drawn, 's'), 'node s stands for no subgraph. Choose one that does.'],
    ['a bypassed subgraph to unpack', () =>
      unpackSubgraph({ ...workflow, nodes: [{ ...workflow.nodes[1]!, mode: 'bypass' }] }, 'make'),
      'a bypassed subgraph can not be unpacked'],
  ])('refuses %s', (_, attempt, message) => expect(attempt).toThrow(message))
})

const row = fc.record({
  sources: fc.array(fc.tuple(fc.nat(11), fc.oneof(fc.constantFrom('x', 'y', ''), fc.nat(2))), { maxLength: 3 }),
  value: fc.option(fc.nat(9), { nil: undefined }),
  position: fc.option(fc.tuple(fc.nat(500), fc.nat(500)), { nil: undefined }),
  mode: fc.constantFrom(undefined, undefined, 'mute' as const, 'bypass' as const),
})
/** Any graph of up to ten nodes, cycles, self links and links to nodes that are not there among them. */
const graph = fc.record({
  rows: fc.array(row, { minLength: 1, maxLength: 10 }),
  parameters: fc.array(fc.tuple(fc.nat(9), fc.constantFrom('value', 'new')), { maxLength: 3 }),
  outputs: fc.array(fc.tuple(fc.nat(9), fc.constantFrom('x', 1)), { maxLength: 3 }),
}).map(({ rows, parameters, outputs }): Workflow => ({
  version: 1,
  parameters: parameters.map(([n, input], index) => ({ name: `p${index}`, node: `${n}`, input })),
  outputs: outputs.map(([n, output], index) => ({ name: `o${index}`, node: `${n}`, output })),
  nodes: rows.map(({ sources, value, position, mode }, n) => ({
    ...node(`${n}`, 'A', {
      ...Object.fromEntries(sources.map(([source, output], index) => [`in${index}`, from(`${source}`, output)])),
      ...(value !== undefined && { value }),
    }),
    ...(position && { position }),
    ...(mode && { mode }),
  })),
}))

const byId = ({ nodes, subgraphs, ...rest }: Workflow) => ({
  ...rest,
  ...(subgraphs && { subgraphs }),
  nodes: [...nodes].sort((a, b) => (a.id < b.id ? -1 : 1)),
})
const chosen = ({ nodes }: Pick<Workflow, 'nodes'>, mask: number) => {
  const ids = nodes.map(({ id }) => id).filter((_, n) => mask & (1 << n))
  return ids.length === 0 ? [nodes[0]!.id] : ids
}

test('law: packing any nodes and unpacking them gives the same workflow', () => {
  fc.assert(fc.property(graph, fc.nat(1023), (original, mask) => {
    const packed = packSubgraph(original, { nodes: chosen(original, mask) })
    parseWorkflow(packed.workflow)
    expect(byId(unpackSubgraph(packed.workflow, packed.node))).toEqual(byId(original))
  }), runs(500))
})

test('law: also of nodes inside a subgraph, and of the nodes that stand for one', () => {
  fc.assert(fc.property(graph, fc.nat(1023), fc.nat(1023), fc.nat(1023), (original, first, second, third) => {
    const outer = packSubgraph(original, { nodes: chosen(original, first) })
    const held = outer.workflow.subgraphs!.find(({ id }) => id === outer.subgraph)!
    const inner = packSubgraph(outer.workflow, { nodes: chosen(held, second), within: outer.subgraph, id: 'inner' })
    const around = packSubgraph(inner.workflow, { nodes: [outer.node, ...chosen(inner.workflow, third)], id: 'around' })
    parseWorkflow(around.workflow)

    const undone = unpackSubgraph(around.workflow, around.node)
    expect(byId(undone)).toEqual(byId(inner.workflow))
    const [insideOut] = [unpackSubgraph(undone, inner.node, outer.subgraph)]
    expect(byId(unpackSubgraph(insideOut, outer.node))).toEqual(byId(original))
    const outsideIn = unpackSubgraph(undone, outer.node)
    expect(byId(unpackSubgraph(outsideIn, inner.node))).toEqual(byId(original))
  }), runs(300))
})

test('law: what runs is the same, packed or not', () => {
  fc.assert(fc.property(graph, fc.nat(1023), (original, mask) => {
    const packed = packSubgraph(original, { nodes: chosen(original, mask), id: 'pack' })
    const { workflow, origins } = flattenSubgraphs(packed.workflow)
    const plain = (id: string) => origins.get(id)?.id ?? id
    const nodes = workflow.nodes.map((one) => ({
      ...mapInputs(one, (value) => (isLink(value) && value.from !== SUBGRAPH_INPUTS ? { ...value, from: plain(value.from) } : value)),
      id: plain(one.id),
    }))
    expect(byId({ version: 1, nodes })).toEqual(byId({ version: 1, nodes: original.nodes }))
  }), runs(300))
})

test('a parameter that points into a subgraph goes where its node goes, in and out again', () => {
  const subgraph = { id: 'in', name: 'In', inputs: [], outputs: [], nodes: [node('a', 'Sampler', { steps: 1 })] }
  const workflow: Workflow = {
    version: 1, parameters: [{ name: 'steps', node: 'x/a', input: 'steps' }], nodes: [node('x', 'subgraph:in')], subgraphs: [subgraph],
  }
  const packed = packSubgraph(workflow, { nodes: ['x'], name: 'Out', id: 'out' })
  expect(packed.workflow.parameters).toEqual([{ name: 'steps', node: `${packed.node}/x/a`, input: 'steps' }])
  expect(unpackSubgraph(packed.workflow, packed.node).parameters).toEqual(workflow.parameters)
})
