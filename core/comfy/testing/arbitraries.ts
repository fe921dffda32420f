/** Random workflows: in ComfyUI's formats, in the normal form that docs/comfyui.md describes, and in ours. */
import fc from 'fast-check'
import type { Json, JsonObject } from '../../types/json.ts'
import { seedPolicy } from '../../types/literal.ts'
import { isControl } from '../ui-widgets.ts'
import { inputOf, type InputValue, type Link, type Subgraph, type Workflow, type WorkflowNode } from '../../workflow/workflow.ts'

/** What a seed may hold: policies, what only looks like one, and numbers. */
const seed = fc.constantFrom<Json>('random', 'increment 43', 'increment 0', 'increment 007', 'increment 9007199254740991', 'increment', 'randomize', 0, 43)

const json: fc.Arbitrary<Json> = fc.jsonValue({ maxDepth: 2, noUnicodeString: false }).map((value) => JSON.parse(JSON.stringify(value)) as Json)
const literal = fc.oneof(json, fc.constantFrom<Json>('random', 'fixed', 7, { from: 'x' }, { value: 1 }, { __value__: 1 }, { __integer__: '18446744073709551615' }))
const name = fc.oneof(fc.constantFrom('seed', 'steps', 'latent', 'text', '__proto__', 'constructor', 'model'), fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 6 }))
const types = ['KSampler', 'Encode', 'Load', 'Save', 'Python', 'hasOwnProperty']
const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined })

/** Without fields that hold nothing. */
const compact = (value: object): JsonObject => Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined)) as JsonObject // JSON by its parts

// ---- the API format

const apiId = fc.oneof(fc.nat({ max: 20 }).map(String), fc.constantFrom('57:8', '__proto__', 'toString', 'sampler'))
const apiInput: fc.Arbitrary<Json> = fc.oneof(
  // "random" on a seed is ours alone.
  literal.filter((value) => value !== 'random').map((value): Json => (Array.isArray(value) || (typeof value === 'object' && value !== null && Object.hasOwn(value, '__value__')) ? { __value__: value } : value)),
  fc.tuple(apiId, fc.nat({ max: 4 })),
)
const apiNode = fc.record({
  class_type: fc.constantFrom(...types),
  inputs: fc.dictionary(name, apiInput, { maxKeys: 4 }),
  _meta: optional(fc.oneof(fc.record({ title: fc.string() }), fc.record({ title: fc.string(), colour: json }), fc.constant({}), json)),
  is_changed: optional(json),
}).map(compact)

export const comfyApiFile = fc.dictionary(apiId, apiNode, { maxKeys: 6 })

// ---- the saved format

interface RawSlot { name: string; type: string; widget?: { name: string }; link?: number | null; links?: number[] | null; label?: string }
const socketType = fc.constantFrom('MODEL', 'LATENT', 'STRING', 'INT', '*')
const inputSlot: fc.Arbitrary<RawSlot> = fc.record({ name: fc.oneof(name, fc.constant('')), type: socketType, isWidget: fc.boolean(), link: fc.constantFrom<null | undefined>(null, undefined) })
  .map(({ isWidget, link, ...slot }) => ({ ...slot, ...(isWidget && { widget: { name: slot.name } }), ...(link === null && { link }) }))
const outputSlot: fc.Arbitrary<RawSlot> = fc.record({ name: fc.oneof(name, fc.constant('')), type: socketType, links: fc.constantFrom<'empty' | null | undefined>('empty', null, undefined) })
  .map(({ links, ...slot }): RawSlot => (links === undefined ? slot : { ...slot, links: links === null ? null : [] }))
const widgetValue = fc.oneof(literal, fc.constantFrom<Json>('randomize', 'fixed', 3, null))
/** A policy of ours before a control is not in the normal form: their seeds are numbers. */
const numbersBeforeControls = (values: Json[]) => values.map((value, index) => (seedPolicy(value) && isControl(values[index + 1]) ? 7 : value))
const pair = fc.tuple(fc.integer(), fc.integer())

interface RawNode { id: number | string; type: string; inputs?: RawSlot[]; outputs?: RawSlot[]; [field: string]: unknown }
const rawNode = (moreTypes: readonly string[]): fc.Arbitrary<Omit<RawNode, 'id'>> => fc.record({
  type: fc.constantFrom(...types, 'Note', 'PrimitiveNode', 'Reroute', ...moreTypes),
  pos: pair, size: pair, flags: fc.constantFrom({}, { collapsed: true }, { pinned: true, show_title: false }, { collapsed: false }), order: fc.nat({ max: 9 }), mode: fc.constantFrom(0, 0, 0, 1, 2, 4),
  title: optional(fc.string()), color: optional(fc.constantFrom('#232', '#AABBCC', 'red')), bgcolor: optional(fc.constantFrom('#353', '#FFFFFF')), widgets: optional(json), stringId: optional(json),
  properties: fc.dictionary(fc.constantFrom('Node name for S&R', 'cnr_id', '__proto__'), json, { maxKeys: 2 }),
  inputs: optional(fc.array(inputSlot, { maxLength: 4 })), outputs: optional(fc.array(outputSlot, { maxLength: 3 })),
  widgets_values: optional(fc.oneof(fc.array(widgetValue, { maxLength: 7 }).map(numbersBeforeControls), fc.dictionary(name, widgetValue, { maxKeys: 3 }))),
}).map((node) => compact(node) as unknown as Omit<RawNode, 'id'>) // the record above without what is undefined

/** Wishes for links: places of nodes and sockets, taken as far as there are such. */
const wishes = fc.array(fc.record({ from: fc.nat(), output: fc.nat(), to: fc.nat(), input: fc.nat(), odd: fc.boolean(), rest: optional(fc.nat({ max: 9 })) }), { maxLength: 10 })
type Wish = typeof wishes extends fc.Arbitrary<(infer W)[]> ? W : never

interface RawLink { id: number; origin_id: number | string; origin_slot: number; target_id: number | string; target_slot: number; type: unknown; parentId?: number }

/** Draws links: each names its target's socket, and is in the list of its origin's. */
function drawLinks(nodes: RawNode[], wanted: Wish[], firstId: number, objects: boolean): RawLink[] {
  const links: RawLink[] = []
  for (const { from, output, to, input, odd, rest } of wanted) {
    const origin = nodes[from % Math.max(nodes.length, 1)]
    const target = nodes[to % Math.max(nodes.length, 1)]
    const slots = target?.inputs ?? []
    const slot = slots[input % Math.max(slots.length, 1)]
    const outputs = origin?.outputs ?? []
    if (!origin || !target || !slot || typeof slot.link === 'number' || outputs.length === 0) continue
    const id = firstId + links.length * 2
    const place = output % outputs.length
    slot.link = id
    const source = outputs[place]!
    source.links = [...source.links ?? [], id]
    links.push({
      id, origin_id: origin.id, origin_slot: place, target_id: target.id, target_slot: slots.indexOf(slot),
      type: odd ? 'ODD' : source.type, ...(objects && rest !== undefined && { parentId: rest }),
    })
  }
  return links
}

const listOf = ({ id, origin_id, origin_slot, target_id, target_slot, type }: RawLink) => [id, origin_id, origin_slot, target_id, target_slot, type]
const uuids = ['82187329-39e2-40fd-ac5b-4554be4b2cec', '11111111-39e2-40fd-ac5b-4554be4b2cec']

const rawGraph = (moreTypes: readonly string[]) => fc.record({
  nodes: fc.array(rawNode(moreTypes), { maxLength: 5 }),
  ids: fc.uniqueArray(fc.oneof(fc.nat({ max: 50 }), fc.constantFrom('a', '__proto__')), { minLength: 5, maxLength: 5, selector: String }),
  wishes,
  groups: optional(fc.array(fc.record({ id: fc.nat(), title: fc.string(), bounding: fc.tuple(fc.nat(), fc.nat(), fc.nat(), fc.nat()), color: optional(fc.constant('#333')), flags: fc.constant({}) }).map(compact), { maxLength: 2 })),
  extra: optional(fc.dictionary(fc.constantFrom('ds', 'info', '__proto__'), json, { maxKeys: 2 })),
})
type RawGraph = ReturnType<typeof rawGraph> extends fc.Arbitrary<infer G> ? G : never

function placed({ nodes, ids }: RawGraph): RawNode[] {
  // Nodes are drawn once and filled with links: each run gets copies of its own.
  const copies = structuredClone(nodes).map((node, index) => ({ ...node, type: String(node['type']), id: ids[index]! }))
  return withoutReaders(copies)
}

const io = fc.uniqueArray(fc.record({ name, type: socketType }), { maxLength: 3, selector: (one) => one.name })

const subgraphFile = (uuid: string, moreTypes: readonly string[]) => fc.record({
  graph: rawGraph(moreTypes), inputs: io, outputs: io, wires: fc.array(fc.record({ from: fc.nat(), to: fc.nat(), slot: fc.nat(), out: fc.boolean() }), { maxLength: 6 }),
}).map(({ graph, inputs, outputs, wires }) => {
  const nodes = placed(graph)
  const links = drawLinks(nodes, graph.wishes, 1, true)
  const ins = inputs.map((one) => ({ ...one, id: uuid, linkIds: [] as number[] }))
  const outs = outputs.map((one) => ({ ...one, id: uuid, linkIds: [] as number[] }))
  let id = 100
  for (const { from, to, slot, out } of wires) {
    const node = nodes[to % Math.max(nodes.length, 1)]
    if (out) {
      const output = outs[slot % Math.max(outs.length, 1)]
      const source = node?.outputs?.[from % Math.max(node.outputs.length, 1)]
      // A subgraph inside may not give this output; then nothing is there to link.
      if (!node || !output || !source || output.linkIds.length > 0 || uuids.includes(node.type)) continue
      output.linkIds.push(++id)
      source.links = [...source.links ?? [], id]
      links.push({ id, origin_id: node.id, origin_slot: node.outputs!.indexOf(source), target_id: -20, target_slot: outs.indexOf(output), type: source.type })
    } else {
      const input = ins[from % Math.max(ins.length, 1)]
      const target = node?.inputs?.[slot % Math.max(node.inputs.length, 1)]
      if (!node || !input || !target || typeof target.link === 'number') continue
      target.link = ++id
      input.linkIds.push(id)
      links.push({ id, origin_id: -10, origin_slot: ins.indexOf(input), target_id: node.id, target_slot: node.inputs!.indexOf(target), type: input.type })
    }
  }
  return compact({
    id: uuid, version: 1, revision: 0, name: 'A subgraph', state: { lastNodeId: 900, lastLinkId: 900 }, config: {},
    inputNode: { id: -10, bounding: [0, 0, 1, 1] }, outputNode: { id: -20, bounding: [0, 0, 1, 1] }, widgets: [],
    inputs: ins, outputs: outs, nodes, links, groups: graph.groups, extra: graph.extra,
  })
})

/** An instance says what it shows of the inside. */
function withProxies(nodes: RawNode[], proxies: readonly [string, string][]): RawNode[] {
  return nodes.map((node) => {
    if (!uuids.includes(node.type)) return node
    const values = Array.isArray(node['widgets_values']) ? node['widgets_values'] : undefined
    const rest = values ? {} : { widgets_values: [] }
    return { ...node, ...rest, properties: { ...(node['properties'] as JsonObject), proxyWidgets: proxies.slice(0, values?.length ?? 0) } }
  })
}

/** Links to outputs of subgraphs that nothing gives are not in the normal form: instances have no outputs that are read. */
function withoutReaders(nodes: RawNode[]): RawNode[] {
  return nodes.map((node) => (uuids.includes(node.type) ? { ...node, outputs: [] } : node))
}

export const comfyUiFile: fc.Arbitrary<Json> = fc.record({
  root: rawGraph(uuids), first: subgraphFile(uuids[0]!, [uuids[1]!]), second: subgraphFile(uuids[1]!, []),
  isNew: fc.boolean(), hasSubgraphs: fc.boolean(),
  proxies: fc.array(fc.tuple(fc.constantFrom('-1', '1', '2', '3', 'a'), name), { maxLength: 4 }),
  more: fc.record({ id: optional(fc.constant('x')), config: optional(fc.constant({})), models: optional(json) }).map(compact),
}).map(({ root, first, second, isNew, hasSubgraphs, proxies, more }) => {
  const nodes = withProxies(placed(root), proxies)
  const links = drawLinks(nodes, root.wishes, 5, isNew)
  const inside = (graph: JsonObject) => ({ ...graph, nodes: withProxies(graph['nodes'] as unknown as RawNode[], proxies) })
  return JSON.parse(JSON.stringify(compact({
    ...more, nodes, groups: root.groups, extra: root.extra, links: isNew ? links : links.map(listOf),
    ...(hasSubgraphs && { definitions: { subgraphs: [inside(first), inside(second)] } }),
    ...(isNew ? { version: 1, state: { lastNodeId: 99, lastLinkId: 99 } } : { version: 0.4, last_node_id: 99, last_link_id: 99 }),
  }))) as Json
})

// ---- ours

const ourId = fc.oneof(name, fc.nat({ max: 30 }).map(String), fc.constantFrom('-10', '-20', '007', '1e3', '57:8', 'a/b'))
const output = fc.oneof(fc.constantFrom('latent', 'model', 'value', 'conditioning'), name, fc.nat({ max: 3 }))
const inputName = fc.oneof(fc.constantFrom('model', 'seed', 'steps', 'cfg', 'sampler_name', 'text', 'samples', 'denoise'), name)
/** A look, one that only looks like one, and what else editors may keep. */
const ourLook: fc.Arbitrary<Json> = fc.record({
  collapsed: fc.constantFrom<Json>(true, false, 'yes'), pinned: fc.constantFrom<Json>(true, 1), color: fc.constantFrom('#223322', '#AABBCC', '#232', 'red'), other: json,
}, { requiredKeys: [] }).map(compact)
const nodeExtra = fc.record({ editor: optional(fc.oneof(ourLook, json)), kinograph: optional(json) }).map(compact)
const ourExtra = fc.dictionary(fc.constantFrom('editor', 'kinograph', '__proto__'), json, { maxKeys: 2 })
const socket = fc.constantFrom('LATENT', '*', { list: 'IMAGE' }, { anyOf: ['IMAGE', 'VIDEO'] })

interface NodeSeed {
  readonly type: string
  readonly inputs: readonly (readonly [string, Json | { readonly to: number; readonly output: string | number }, boolean])[]
  readonly rest: object
}
const nodeSeed = (moreTypes: readonly string[]): fc.Arbitrary<NodeSeed> => fc.record({
  type: fc.constantFrom(...types, 'Note', 'PrimitiveNode', 'Reroute', 'subgraph:missing', ...moreTypes),
  inputs: fc.uniqueArray(fc.oneof(
    fc.tuple(inputName, literal, fc.constant(false)),
    fc.tuple(fc.constantFrom('seed', 'noise_seed'), seed, fc.constant(false)),
    fc.tuple(inputName, fc.record({ to: fc.nat(), output }), fc.constant(true)),
  ), { maxLength: 5, selector: ([key]) => key }),
  rest: fc.record({
    title: optional(fc.string()), version: optional(fc.integer({ min: 1, max: 9 })), mode: fc.constantFrom(undefined, undefined, 'mute', 'bypass'),
    position: optional(pair), size: optional(pair), extra: optional(fc.oneof(ourExtra, nodeExtra)),
  }).map(compact),
})

const only: Record<string, string> = { Note: 'text', PrimitiveNode: 'value', Reroute: 'value' }

/** Nodes whose links lead to one another; `isSubgraph`: or to the subgraph's inputs. */
function grow(seeds: readonly NodeSeed[], ids: readonly string[], inputs: readonly string[]): WorkflowNode[] {
  return seeds.map(({ type, inputs: wanted, rest }, index) => {
    const entries = wanted.map(([key, value, isLinked]): [string, InputValue] => {
      if (!isLinked) return [key, inputOf(value as Json)] // the tuple says so
      const { to, output } = value as { to: number; output: string | number } // as above
      return [key, linkTo(to, output, ids.slice(0, seeds.length), inputs)]
    })
    const key = only[type]
    const kept = key === undefined ? entries : entries.slice(0, 1)
      .filter(([, value]) => isLinkInput(value) === (type === 'Reroute')).map(([, value]): [string, InputValue] => [key, value])
    return { id: ids[index]!, type, ...rest, ...(wanted.length % 2 === 1 || kept.length > 0 ? { inputs: Object.fromEntries(kept) } : {}) }
  })
}

const isLinkInput = (value: InputValue) => typeof value === 'object' && value !== null && 'from' in value

function linkTo(to: number, output: string | number, ids: readonly string[], inputs: readonly string[]): Link {
  const place = to % (ids.length + inputs.length + 1)
  if (place < ids.length) return { from: ids[place]!, output }
  if (place < ids.length + inputs.length) return { from: '$inputs', output: inputs[place - ids.length]! }
  return { from: 'nobody', output: 1 }
}

const ourGroup = fc.record({ title: fc.string(), bounds: fc.tuple(fc.nat(), fc.nat(), fc.nat(), fc.nat()), color: optional(fc.constant('#333')) })
  .map((group) => compact(group) as unknown as NonNullable<Workflow['groups']>[number]) // the record above without what is undefined
const fiveIds = fc.uniqueArray(ourId, { minLength: 5, maxLength: 5 })

const borders = fc.record({ editor: fc.record({ inputs: pair, outputs: pair }, { requiredKeys: [] }).map(compact) }).map(compact)
const ourSubgraph = (id: string, moreTypes: readonly string[]): fc.Arbitrary<Subgraph> => fc.record({
  seeds: fc.array(nodeSeed(moreTypes), { maxLength: 4 }), ids: fiveIds,
  inputs: fc.uniqueArray(fc.record({ name, type: optional(socket) }), { maxLength: 3, selector: (one) => one.name }),
  outputs: fc.uniqueArray(fc.record({ name, to: fc.nat(), output }), { maxLength: 3, selector: (one) => one.name }),
  rest: fc.record({ description: optional(fc.string()), groups: optional(fc.array(ourGroup, { maxLength: 2 })), extra: optional(fc.oneof(ourExtra, borders)) }).map(compact),
}).map(({ seeds, ids, inputs, outputs, rest }) => {
  const names = inputs.map((input) => input.name)
  return {
    id, name: `The subgraph ${id}`, ...rest,
    inputs: inputs.map((input) => compact(input) as unknown as Subgraph['inputs'][number]), // as above
    outputs: outputs.map((one) => ({ name: one.name, ...linkTo(one.to, one.output, ids.slice(0, seeds.length), names) })),
    nodes: grow(seeds, ids, names),
  }
})

export const ourWorkflow: fc.Arbitrary<Workflow> = fc.record({
  seeds: fc.array(nodeSeed(['subgraph:s', `subgraph:${uuids[0]}`]), { maxLength: 5 }), ids: fiveIds,
  subgraphs: optional(fc.tuple(ourSubgraph('s', [`subgraph:${uuids[0]}`]), ourSubgraph(uuids[0]!, []))),
  rest: fc.record({
    $schema: optional(fc.constant('x')), title: optional(fc.string()), description: optional(fc.string()),
    parameters: optional(fc.array(fc.record({ name: fc.constant('p'), node: ourId, input: name }), { maxLength: 1 })),
    outputs: optional(fc.array(fc.record({ name: fc.constant('o'), node: ourId, output }), { maxLength: 1 })),
    groups: optional(fc.array(ourGroup, { maxLength: 2 })), extra: optional(ourExtra),
  }).map(compact),
}).map(({ seeds, ids, subgraphs, rest }) => ({
  version: 1, ...rest, nodes: grow(seeds, ids, []), ...(subgraphs && { subgraphs }),
}))
