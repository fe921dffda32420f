/** Workflows for tests of the graph: a written one, and random ones. */
import fc from 'fast-check'
import type { Json } from '../../../core/types/json.ts'
import { inputOf, type InputValue, type Link, type Subgraph, type Workflow, type WorkflowNode } from '../../../core/workflow/workflow.ts'
import type { Edit } from '../edit.ts'
import { graphAt } from '../graph-at.ts'
import type { GraphPath } from '../scene.ts'

/** A link, short. */
export const from = (id: string, output: string | number): Link => ({ from: id, output })

//  load ─► text ─► sampler ─► decode ─► save
//      └──────────────┘
export const drawn: Workflow = {
  version: 1,
  title: 'Drawn',
  parameters: [{ name: 'prompt', node: 'text', input: 'text' }],
  outputs: [{ name: 'frames', node: 'decode', output: 'image' }],
  nodes: [
    { id: 'load', type: 'LoadModel', inputs: { name: 'tiny' }, position: [0, 0] },
    { id: 'text', type: 'TextEncode', inputs: { clip: from('load', 'clip'), text: 'a cat' }, position: [300, 0] },
    { id: 'sampler', type: 'Sampler', inputs: { model: from('load', 'model'), positive: from('text', 'conditioning'), steps: 30, seed: 'random' }, position: [600, 0] },
    { id: 'decode', type: 'Decode', inputs: { latent: from('sampler', 'latent') }, position: [900, 0] },
    { id: 'save', type: 'Save', inputs: { image: from('decode', 0) }, position: [1200, 0] },
  ],
  groups: [{ title: 'All', bounds: [-20, -60, 1500, 500] }],
}

/** The sampler and the decoder in a subgraph that two nodes stand for. */
export const nested: Workflow = {
  version: 1,
  parameters: [{ name: 'steps', node: 'make/sampler', input: 'steps' }],
  outputs: [{ name: 'frames', node: 'make', output: 'image' }],
  nodes: [
    { id: 'load', type: 'LoadModel', inputs: { name: 'tiny' } },
    { id: 'text', type: 'TextEncode', inputs: { clip: from('load', 'clip'), text: 'a cat' } },
    { id: 'make', type: 'subgraph:make', inputs: { model: from('load', 'model'), positive: from('text', 'conditioning') } },
    { id: 'other', type: 'subgraph:make', inputs: { model: from('load', 'model'), positive: from('text', 'conditioning') } },
    { id: 'save', type: 'Save', inputs: { image: from('make', 'image') } },
    { id: 'again', type: 'Save', inputs: { image: from('other', 0) } },
  ],
  subgraphs: [{
    id: 'make', name: 'Make',
    inputs: [{ name: 'model' }, { name: 'positive' }],
    outputs: [{ name: 'image', from: 'decode', output: 'image' }],
    nodes: [
      { id: 'sampler', type: 'Sampler', inputs: { model: from('$inputs', 'model'), positive: from('$inputs', 'positive'), steps: 30 }, position: [0, 0] },
      { id: 'decode', type: 'Decode', inputs: { latent: from('sampler', 'latent') }, position: [300, 0] },
    ],
  }],
}

const TYPES: Readonly<Record<string, { readonly inputs: readonly string[]; readonly outputs: readonly string[] }>> = {
  LoadModel: { inputs: ['name'], outputs: ['model', 'clip'] },
  TextEncode: { inputs: ['clip', 'text'], outputs: ['conditioning'] },
  Sampler: { inputs: ['model', 'positive', 'latent', 'seed', 'steps', 'cfg', 'scheduler'], outputs: ['latent'] },
  Decode: { inputs: ['latent'], outputs: ['image'] },
  Batch: { inputs: ['images.0', 'images.1', 'images.3'], outputs: ['image'] },
  Reroute: { inputs: ['value'], outputs: ['value'] },
  PrimitiveNode: { inputs: ['value'], outputs: ['value'] },
  Note: { inputs: ['text'], outputs: [] },
  Unheard: { inputs: ['a', '__proto__'], outputs: [] },
  Save: { inputs: ['image'], outputs: [] },
}
const typeNames = Object.keys(TYPES)
const json: fc.Arbitrary<Json> = fc.oneof(fc.constantFrom<Json>(1, 'random', true, null, { from: 'x' }), fc.jsonValue({ maxDepth: 1 }).map((value) => JSON.parse(JSON.stringify(value)) as Json))
const id = fc.constantFrom('a', 'b', 'c', 'd', 'e', '7', '57:8', '__proto__', 'sampler')
const place = fc.tuple(fc.integer({ min: -999, max: 999 }), fc.integer({ min: -999, max: 999 }))

interface Seed {
  readonly type: string
  readonly links: readonly { readonly input: number; readonly source: number; readonly output: number }[]
  readonly values: readonly { readonly input: number; readonly value: Json }[]
  readonly rest: Partial<WorkflowNode>
}

const seed = (types: readonly string[]): fc.Arbitrary<Seed> => fc.record({
  type: fc.constantFrom(...types),
  links: fc.array(fc.record({ input: fc.nat(9), source: fc.nat(9), output: fc.nat(3) }), { maxLength: 3 }),
  values: fc.array(fc.record({ input: fc.nat(9), value: json }), { maxLength: 2 }),
  rest: fc.record({ title: fc.string(), mode: fc.constantFrom('mute' as const, 'bypass' as const), position: place, size: place }, { requiredKeys: [] }),
})

/** Links go to nodes before their own, so that there are no loops. */
function grow(seeds: readonly Seed[], ids: readonly string[], border: readonly string[]): WorkflowNode[] {
  return seeds.map(({ type, links, values, rest }, index) => {
    const { inputs } = TYPES[type] ?? { inputs: ['x', 'y'] }
    const before = seeds.slice(0, index)
    const entries = new Map<string, InputValue>()
    const input = (place: number) => inputs[place % inputs.length]!
    for (const { input: place, value } of values) entries.set(input(place), inputOf(value))
    for (const { input: place, source, output } of links) {
      const at = source % (before.length + border.length || 1)
      if (at < before.length) entries.set(input(place), from(ids[at]!, TYPES[before[at]!.type]?.outputs[output] ?? output))
      else if (border.length > 0) entries.set(input(place), from('$inputs', border[at - before.length]!))
    }
    return { id: ids[index]!, type, ...(entries.size > 0 && { inputs: Object.fromEntries(entries) }), ...rest }
  })
}

const ids = fc.uniqueArray(id, { minLength: 5, maxLength: 5 })
const groups = fc.array(fc.record({ title: fc.string(), bounds: fc.tuple(fc.integer(), fc.integer(), fc.nat(), fc.nat()) }), { minLength: 1, maxLength: 2 })

const subgraph = (name: string, types: readonly string[]): fc.Arbitrary<Subgraph> => fc.record({
  seeds: fc.array(seed(types), { minLength: 1, maxLength: 4 }), ids, outs: fc.uniqueArray(fc.tuple(fc.constantFrom('x', 'y', 'z'), fc.nat(9), fc.nat(2)), { maxLength: 3, selector: ([key]) => key }),
}).map(({ seeds, ids: own, outs }) => ({
  id: name, name, inputs: [{ name: 'x' }, { name: 'y' }],
  outputs: outs.map(([key, at, output]) => ({ name: key, from: own[at % seeds.length]!, output: TYPES[seeds[at % seeds.length]!.type]?.outputs[output] ?? output })),
  nodes: grow(seeds, own, ['x', 'y']),
}))

/** Random workflows of the types of `definitions`, with subgraphs in subgraphs, unknown types and odd ids. */
export const workflows: fc.Arbitrary<Workflow> = fc.record({
  seeds: fc.array(seed([...typeNames, 'subgraph:s', 'subgraph:t']), { maxLength: 5 }), ids,
  s: subgraph('s', [...typeNames, 'subgraph:t']), t: subgraph('t', typeNames), groups: fc.option(groups, { nil: undefined }),
  named: fc.tuple(fc.nat(9), fc.nat(9)),
}).map(({ seeds, ids: own, s, t, groups: frames, named: [node, output] }): Workflow => ({
  version: 1,
  ...(seeds.length > 0 && {
    parameters: [{ name: 'p', node: own[node % seeds.length]!, input: 'x' }, { name: 'q', node: `${own[node % seeds.length]!}/${s.nodes[0]!.id}`, input: 'x' }],
    outputs: [{ name: 'o', node: own[output % seeds.length]!, output: 'x' }],
  }),
  nodes: grow(seeds, own, []),
  subgraphs: [s, t],
  ...(frames && { groups: frames }),
}))

/** The paths of all graphs of a workflow. */
export function pathsOf(workflow: Workflow): GraphPath[] {
  const paths: GraphPath[] = [[]]
  for (const path of paths) { // an array is walked with what is added
    for (const node of graphAt(workflow, path).nodes) if (path.length < 3 && (node.type === 'subgraph:s' || node.type === 'subgraph:t' || node.type === 'subgraph:make')) paths.push([...path, node.id])
  }
  return paths
}

const input = fc.constantFrom('x', 'y', 'model', 'value', 'image', 'text', 'images.0', '')
const anyId = fc.oneof(id, fc.constantFrom('$inputs', '$outputs', 'nobody'))
const look = fc.record({ collapsed: fc.boolean(), pinned: fc.boolean(), color: fc.constantFrom(null, '#aabbcc', 'red') }, { requiredKeys: [] })

/** Any edit, sensible or not. */
export const edits: fc.Arbitrary<Edit> = fc.oneof<fc.Arbitrary<Edit>[]>(
  fc.record({ type: fc.constant('add'), nodes: fc.array(fc.record({ id: fc.oneof(id, fc.constantFrom('f', 'g')), type: fc.constantFrom(...typeNames, 'subgraph:s') }), { maxLength: 2 }) }),
  fc.record({ type: fc.constant('remove'), nodes: fc.array(anyId, { maxLength: 3 }) }),
  fc.record({ type: fc.constant('move'), nodes: fc.array(fc.record({ id: anyId, position: place }), { maxLength: 3 }) }),
  fc.record({ type: fc.constant('resize'), id: anyId, size: place }),
  fc.record({ type: fc.constant('connect'), from: anyId, output: fc.constantFrom('x', 'value', 'latent', '', 0, 1), to: anyId, input }),
  fc.record({ type: fc.constant('disconnect'), to: anyId, input }),
  fc.record({ type: fc.constant('set'), node: anyId, input, value: json }),
  fc.record({ type: fc.constant('set'), node: anyId, input }),
  fc.record({ type: fc.constant('rename'), id: anyId, title: fc.string() }),
  fc.record({ type: fc.constant('mode'), nodes: fc.array(anyId, { maxLength: 3 }), mode: fc.constantFrom(undefined, 'mute', 'bypass') }),
  fc.record({ type: fc.constant('look'), nodes: fc.array(anyId, { maxLength: 3 }), look }),
  fc.record({ type: fc.constant('addGroup'), title: fc.string(), bounds: fc.tuple(fc.double(), fc.double(), fc.nat(), fc.nat()) }),
  fc.record({ type: fc.constant('changeGroup'), index: fc.nat(2), title: fc.string(), color: fc.constantFrom('', '#112233') }),
  fc.record({ type: fc.constant('removeGroup'), index: fc.nat(2) }),
  fc.record({ type: fc.constant('reroute'), to: anyId, input, position: place }),
  fc.record({ type: fc.constant('expose'), node: anyId, input, name: fc.constantFrom(undefined, 'p', 'name', '1 x') }),
  fc.record({ type: fc.constant('describe'), title: fc.string(), description: fc.constantFrom('', 'words') }),
)
