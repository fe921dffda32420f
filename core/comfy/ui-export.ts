import type { Definitions } from '../types/definition.ts'
import type { Json, JsonObject } from '../types/json.ts'
import { ANY } from '../types/socket.ts'
import { refOf } from '../workflow/graph.ts'
import { subgraphsOf, subgraphSizeProblems, withSubgraphDefinitions } from '../workflow/subgraphs.ts'
import { isLink, SUBGRAPH_INPUTS, subgraphIdOf } from '../workflow/workflow.ts'
import type { Group, Link, Subgraph, SubgraphInput, Workflow, WorkflowNode } from '../workflow/workflow.ts'
import { WorkflowError } from '../workflow/workflow-error.ts'
import { isList, isRecord, own, refuse, sameJson, without } from './fields.ts'
import { extraBeside, isKept, keptOf } from './kept.ts'
import { withLiveReroutes } from './reroutes.ts'
import { isUuid, KINOGRAPH, uuidOf } from './ui-native.ts'
import { NodeExport, socketText, type OutSlot } from './ui-export-node.ts'
import { INPUT_NODE, namedSlots, OUTPUT_NODE, type UiSlot } from './ui-file.ts'
import { groupSubgraphs, OWN_SUBGRAPH } from './ui-import.ts'

/** A workflow as ComfyUI saves it. */
export type ComfyUiWorkflow = JsonObject

/**
 * A workflow as ComfyUI opens it, in version 0.4 (or 1.0 where it came so). What ComfyUI has no field for goes into
 * `properties.kinograph` of nodes and `extra.kinograph`, which ComfyUI keeps. Nodes without a place are laid out in rows.
 * @param definitions tell the order of widgets and of outputs; nodes of other types are written as far as links go
 * @throws WorkflowError for a subgraph in terms of itself, ids that stand twice, or links that can't be written
 */
export function exportComfyUi(workflow: Workflow, definitions: Definitions = new Map()): ComfyUiWorkflow {
  const problems = subgraphSizeProblems(workflow)
  if (problems.length > 0) throw WorkflowError.ofProblems(problems)
  const groupNodes = unchangedGroups(workflow, definitions)
  const names = subgraphNames(workflow, groupNodes)
  const whole: Whole = {
    names,
    groupNodes,
    definitions: withSubgraphDefinitions(workflow, definitions),
    inside: new Map([...subgraphsOf(workflow).values()].map((one) => [one.id, insideValues(one)])),
    proxied: proxiedInputs(workflow),
  }
  const kept = keptOf(workflow.extra, 'ui')
  const objects = own(recordOf(kept['graph']), 'version') === 1
  const inner = new GraphExport(workflow.nodes, whole).write(objects)
  const graph = withLiveReroutes(recordOf(kept['graph']), inner.live)
  const isOwn = !isKept(workflow.extra, 'ui') || kept['own'] === true
  const inDefinitions = workflow.subgraphs?.filter(({ id }) => !groupNodes.has(id))
  const subgraphs = inDefinitions?.map((one) => writeSubgraph(one, whole))
  // Where all are group nodes, the file had no definitions, unless it says that it had.
  const listed = inDefinitions?.length === 0 && groupNodes.size > 0 && graph['definitions'] === undefined ? undefined : subgraphs
  const hasDefinitions = listed !== undefined || graph['definitions'] !== undefined
  const mark = graphMark(workflow, isOwn)
  return {
    ...(isOwn && { config: {}, version: 0.4, last_node_id: inner.lastNode, last_link_id: inner.lastLink }),
    ...raised(graph, inner),
    nodes: inner.nodes,
    links: inner.links,
    ...groupsField(workflow.groups, kept),
    ...(hasDefinitions && {
      definitions: { ...recordOf(graph['definitions']), ...(listed && { subgraphs: listed }) },
    }),
    ...extraField(graph, mark),
  }
}

interface Whole {
  readonly definitions: Definitions
  /** ComfyUI's ids of subgraphs by ours. */
  readonly names: ReadonlyMap<string, string>
  /** Group nodes that are still what the file had. */
  readonly groupNodes: ReadonlySet<string>
  /** What the inputs of subgraphs have inside where they are not given. */
  readonly inside: ReadonlyMap<string, ReadonlyMap<string, Json>>
  /** Inputs that ComfyUI shows without their being inputs, by subgraph. */
  readonly proxied: ReadonlyMap<string, ReadonlySet<string>>
}

const recordOf = (value: Json | undefined): JsonObject => (isRecord(value) ? value : {})

/** The subgraphs that the file had as group nodes and that nobody has changed: they go out as they came. */
function unchangedGroups({ subgraphs = [], extra }: Workflow, definitions: Definitions): Set<string> {
  const groups = subgraphs.filter((one) => keptOf(one.extra, 'ui')['groupNode'] === true)
  if (groups.length === 0) return new Set()
  const had = groupSubgraphs(recordOf(keptOf(extra, 'ui')['graph']), groups.map(({ id }) => id), definitions)
  // Workflows are JSON.
  const same = groups.filter((one) => sameJson(one as unknown as Json, had.get(one.id) as unknown as Json))
  return new Set(same.map(({ id }) => id))
}

function subgraphNames({ subgraphs = [] }: Workflow, groupNodes: ReadonlySet<string>): Map<string, string> {
  const names = new Map<string, string>()
  for (const { id, extra } of subgraphs) {
    if (names.has(id)) refuse(`two subgraphs have the id "${id}"`, { at: 'subgraphs' }, 'Give one of them another id.')
    const kept = keptOf(extra, 'ui')
    const isForeign = groupNodes.has(id) || (isKept(extra, 'ui') && kept['own'] !== true && kept['groupNode'] !== true)
    names.set(id, isForeign || isUuid(id) ? id : uuidOf(`subgraph ${id}`))
  }
  return names
}

/** Values of widgets inside that links to the subgraph's inputs stand above. */
function insideValues({ nodes }: Subgraph): Map<string, Json> {
  const values = new Map<string, Json>()
  for (const node of nodes) {
    for (const [widget, value] of Object.entries(recordOf(keptOf(node.extra, 'ui')['hidden']))) {
      const link = Object.hasOwn(node.inputs ?? {}, widget) ? node.inputs![widget] : undefined
      if (link === undefined || !isLink(link) || link.from !== SUBGRAPH_INPUTS || value === null) continue
      if (!values.has(String(link.output))) values.set(String(link.output), value)
    }
  }
  return values
}

/** The inputs that an import made of widgets shown outside, as long as every node gives them literals only. */
function proxiedInputs(workflow: Workflow): Map<string, ReadonlySet<string>> {
  const found = new Map<string, Set<string>>()
  for (const subgraph of workflow.subgraphs ?? []) {
    const inputs = new Set(subgraph.inputs.map(({ name }) => name))
    const names = proxiesOf(subgraph).map(({ input }) => input).filter((name) => inputs.has(name))
    if (names.length > 0) found.set(subgraph.id, new Set(names))
  }
  for (const { type, inputs = {} } of [workflow, ...workflow.subgraphs ?? []].flatMap(({ nodes }) => nodes)) {
    const names = found.get(subgraphIdOf(type) ?? '')
    for (const [name, value] of Object.entries(inputs)) if (isLink(value)) names?.delete(name)
  }
  return found
}

function proxiesOf({ extra }: Subgraph): { input: string }[] {
  const list = keptOf(extra, 'ui')['proxied']
  return (isList(list) ? list : []).flatMap((one) => {
    const input = isRecord(one) ? own(one, 'input') : undefined
    return typeof input === 'string' ? [{ input }] : []
  })
}

/** A link with all that the table of links says. */
interface OutLink {
  readonly id: number
  readonly origin: number | string
  readonly originSlot: number
  readonly target: number | string
  readonly targetSlot: number
  readonly type: Json
  readonly rest: JsonObject
}

/** Writes the nodes and links of one graph. */
class GraphExport {
  readonly #subgraph: Subgraph | undefined
  readonly #nodes: readonly NodeExport[]
  readonly #byId: ReadonlyMap<string, NodeExport>
  readonly #usedIds = new Set<number>()
  readonly #links: OutLink[] = []
  readonly #proxied: ReadonlySet<string>
  /** What the subgraph takes, as sockets. */
  readonly #ownInputs: readonly UiSlot[]
  /** Links to the places of a subgraph's inputs and outputs. */
  readonly ends: { readonly inputs: Map<string, number[]>; readonly outputs: Map<string, number[]> } = { inputs: new Map(), outputs: new Map() }

  constructor(nodes: readonly WorkflowNode[], whole: Whole, subgraph?: Subgraph) {
    this.#subgraph = subgraph
    this.#proxied = whole.proxied.get(subgraph?.id ?? '') ?? new Set()
    this.#ownInputs = subgraph ? inputSlots(subgraph, this.#proxied) : []
    const ids = uiIds(nodes)
    this.#nodes = nodes.map((node) => {
      const inner = subgraphIdOf(node.type)
      const type = whole.names.get(inner ?? '') ?? node.type
      const inside = (inner !== undefined && whole.inside.get(inner)) || new Map<string, Json>()
      // What stood for a group node that has changed stands for a subgraph now, with sockets of its own.
      const isNew = isRecord(keptOf(node.extra, 'ui')['group']) && !whole.groupNodes.has(inner ?? '')
      const plain = isNew ? { ...node, extra: extraBeside(node.extra, 'ui') } : node
      return new NodeExport(plain, ids.get(node.id)!, type, whole.definitions, inside, (id, link) => this.#isLinkHere(id, link))
    })
    this.#byId = new Map(this.#nodes.map((one) => [one.node.id, one]))
    for (const { from, output } of this.#allLinks()) if (typeof output === 'number') this.#byId.get(from)?.reserve(output)
  }

  #allLinks(): Link[] {
    const slots = this.#nodes.flatMap(({ inputs }) => inputs)
    return [...slots.flatMap(({ link }) => (link ? [link] : [])), ...this.#subgraph?.outputs ?? []]
  }

  /** Whether a link is one in ComfyUI: what reads a proxied widget is a value there. */
  #isLinkHere(_: string, { from, output }: Link): boolean {
    return this.#subgraph === undefined || from !== SUBGRAPH_INPUTS || !this.#proxied.has(String(output))
  }

  write(objects: boolean) {
    const linked = this.#nodes.map((node) => this.#linksOf(node))
    const newIds = this.#numbers(linked.flatMap((slots) => slots.map(({ slot }) => own(slot.raw, 'link'))))
    const idsOf = linked.map((slots, index) => new Map(slots.map(({ slot, place }) => [place, this.#link(this.#nodes[index]!, slot, place, newIds())])))
    this.#linkOutputs(newIds)
    const nodes = this.#nodes.map((node, order) => node.write(order, idsOf[order]!, placeFor(order)))
    const links = this.#links.sort((a, b) => a.id - b.id)
    return {
      nodes,
      links: links.map((link) => (objects ? linkObject(link) : linkList(link))),
      lastNode: this.#nodes.reduce((most, { uiId }) => (typeof uiId === 'number' ? Math.max(most, uiId) : most), 0),
      lastLink: links.at(-1)?.id ?? 0,
      live: this.#usedIds,
    }
  }

  #linksOf(node: NodeExport): { slot: OutSlot; place: number }[] {
    return node.inputs.flatMap((slot, place) => (slot.link ? [{ slot, place }] : []))
  }

  /** Gives each link the number it had, once, and new ones past all of them. */
  #numbers(wanted: readonly (Json | undefined)[]): () => number {
    const outputs = this.#subgraph?.outputs.map(({ name }) => this.#keptOutputLink(name)) ?? []
    const all = [...wanted, ...outputs].map((id) => (typeof id === 'number' && Number.isSafeInteger(id) ? id : undefined))
    let next = all.reduce<number>((most, id) => Math.max(most, id ?? 0), 0) + 1
    let at = 0
    return () => {
      const id = all[at++]
      const free = id === undefined || this.#usedIds.has(id) ? next++ : id
      this.#usedIds.add(free)
      return free
    }
  }

  #keptOutputLink(name: string): Json | undefined {
    const slot = keptSlots(this.#subgraph!, 'outputs').find((one) => one.name === name)
    const list = slot && own(slot.raw, 'linkIds')
    return isList(list) ? list[0] : undefined
  }

  #link(node: NodeExport, { name, link }: OutSlot, place: number, id: number): number {
    const { origin, slot, type } = this.#origin(link!, node, name)
    const rest = own(recordOf(node.kept['links']), name)
    const { type: keptType, ...others } = recordOf(rest)
    this.#links.push({
      id, origin, originSlot: slot, target: node.uiId, targetSlot: place, type: keptType ?? type, rest: others,
    })
    return id
  }

  /** Where a link comes from; the source notes that it is read. */
  #origin({ from, output }: Link, reader: NodeExport | undefined, input: string): { origin: number | string; slot: number; type: Json } {
    if (this.#subgraph && from === SUBGRAPH_INPUTS) return this.#ownInput(output, reader, input)
    const source = this.#byId.get(from)
    if (source) {
      const slot = source.outputPlace({ from, output })
      return { origin: source.uiId, slot, type: source.outputType(slot) }
    }
    if (typeof output === 'number') return { origin: numberOf(from) ?? from, slot: output, type: null }
    return refuse(`it is linked to output "${output}" of node ${from}, which is not there`, {
      ...(reader && { node: refOf(reader.node) }), input,
    }, 'Connect it to a node that there is.', 'bad_linked_input')
  }

  #ownInput(output: string | number, reader: NodeExport | undefined, input: string) {
    const slot = this.#ownInputs.findIndex(({ name }) => name === output)
    if (slot >= 0) return { origin: INPUT_NODE, slot, type: own(this.#ownInputs[slot]!.raw, 'type') ?? null }
    return refuse(`it reads ${JSON.stringify(output)} of the subgraph "${this.#subgraph!.name}", which has no such input`, {
      ...(reader && { node: refOf(reader.node) }), input,
    }, 'Add the input to the subgraph, or connect it to another.', 'bad_linked_input')
  }

  #linkOutputs(newId: () => number): void {
    const slots = this.#subgraph ? outputSlots(this.#subgraph) : []
    for (const { name, from, output } of this.#subgraph?.outputs ?? []) {
      const { origin, slot, type } = this.#origin({ from, output }, undefined, name)
      const id = newId()
      this.ends.outputs.set(name, [id])
      const rest = recordOf(own(recordOf(keptOf(this.#subgraph!.extra, 'ui')['outLinks']), name))
      const place = slots.findIndex((one) => one.name === name)
      this.#links.push({ id, origin, originSlot: slot, target: OUTPUT_NODE, targetSlot: place, type, rest })
    }
    this.#noteReaders()
  }

  /** Tells each output which links read it. */
  #noteReaders(): void {
    const bySource = new Map(this.#nodes.map((node) => [node.uiId, node]))
    for (const { id, origin, originSlot } of this.#links) {
      if (this.#subgraph && origin === INPUT_NODE) push(this.ends.inputs, this.#ownInputs[originSlot]!.name, id)
      else bySource.get(origin)?.outputs[originSlot]?.links.push(id)
    }
  }
}

function push(lists: Map<string, number[]>, key: string, item: number): void {
  const list = lists.get(key)
  if (list) list.push(item)
  else lists.set(key, [item])
}

/** ComfyUI's number of a node: its id where that is one, else one past all others. */
function uiIds(nodes: readonly WorkflowNode[]): Map<string, number | string> {
  const ids = new Map<string, number | string>()
  for (const node of nodes) {
    if (ids.has(node.id)) {
      refuse(`the id "${node.id}" is taken by a node before it`, { node: refOf(node) },
        'Give it another id, and change the links that mean it.', 'duplicate_node_id')
    }
    const isText = keptOf(node.extra, 'ui')['stringId'] === true
    ids.set(node.id, isText ? node.id : numberOf(node.id) ?? '')
  }
  // A link to a node that there is not must not come to mean one.
  const linked = nodes.flatMap(({ inputs = {} }) => Object.values(inputs)).map((value) => (isLink(value) ? numberOf(value.from) : undefined))
  let next = [...ids.values(), ...linked].reduce<number>((most, id) => (typeof id === 'number' ? Math.max(most, id) : most), 0) + 1
  for (const [id, number] of ids) if (number === '') ids.set(id, next++)
  return ids
}

/** The number that an id is the text of. Those of subgraphs' own ends are none. */
function numberOf(id: string): number | undefined {
  const number = Number(id)
  const isNumber = /^-?\d{1,15}$/.test(id) && String(number) === id
  return isNumber && number !== INPUT_NODE && number !== OUTPUT_NODE ? number : undefined
}

/** Rows of eight, for nodes that have no place of their own. */
function placeFor(order: number): { position: Json; size: Json } {
  return { position: [(order % 8) * 320, Math.floor(order / 8) * 360], size: [280, 180] }
}

function linkList({ id, origin, originSlot, target, targetSlot, type }: OutLink): Json {
  return [id, origin, originSlot, target, targetSlot, type]
}

function linkObject({ id, origin, originSlot, target, targetSlot, type, rest }: OutLink): Json {
  return { id, origin_id: origin, origin_slot: originSlot, target_id: target, target_slot: targetSlot, type, ...rest }
}

function groupsField(groups: readonly Group[] | undefined, kept: JsonObject): JsonObject {
  if (groups === undefined) return {}
  const rests = kept['groups']
  return {
    groups: groups.map(({ title, bounds, color }, index) => ({
      title, bounding: bounds, ...(color !== undefined && { color }), ...recordOf(isList(rests) ? rests[index] : undefined),
    })),
  }
}

/** The highest numbers of nodes and links. */
interface Counters {
  readonly lastNode: number
  readonly lastLink: number
}

/** The kept fields, with counters not below what is used. */
function raised(graph: JsonObject, inner: Counters): JsonObject {
  const { last_node_id: node, last_link_id: link, state, ...rest } = without(graph, 'definitions', 'extra')
  return {
    ...rest,
    ...(node !== undefined && { last_node_id: most(node, inner.lastNode) }),
    ...(link !== undefined && { last_link_id: most(link, inner.lastLink) }),
    ...(state !== undefined && { state: isRecord(state) ? raisedState(state, inner) : state }),
  }
}

function raisedState(state: JsonObject, { lastNode, lastLink }: Counters): JsonObject {
  const { lastNodeId, lastLinkId } = state
  return {
    ...state,
    ...(lastNodeId !== undefined && { lastNodeId: most(lastNodeId, lastNode) }),
    ...(lastLinkId !== undefined && { lastLinkId: most(lastLinkId, lastLink) }),
  }
}

const most = (kept: Json, used: number): Json => (typeof kept === 'number' ? Math.max(kept, used) : kept)

function graphMark(workflow: Workflow, isOwn: boolean): JsonObject {
  const { $schema, title, description, parameters, outputs, extra } = workflow
  const fields = JSON.parse(JSON.stringify({ $schema, title, description, parameters, outputs })) as JsonObject // JSON, without undefined
  const others = extraBeside(extra, 'ui')
  return {
    ...(Object.keys(fields).length > 0 && { fields }),
    ...(Object.keys(others).length > 0 && { extra: others }),
    ...(isOwn && { own: true }),
  }
}

function extraField(graph: JsonObject, mark: JsonObject): JsonObject {
  const kept = graph['extra']
  if (Object.keys(mark).length === 0) return kept === undefined ? {} : { extra: kept }
  return { extra: { ...recordOf(kept), [KINOGRAPH]: mark } }
}

function writeSubgraph(subgraph: Subgraph, whole: Whole): JsonObject {
  const { id, name, description, nodes, groups, extra } = subgraph
  const kept = keptOf(extra, 'ui')
  const isOwn = !isKept(extra, 'ui') || kept['own'] === true || kept['groupNode'] === true
  const exported = new GraphExport(nodes, whole, subgraph)
  const inner = exported.write(true)
  const graph = withLiveReroutes(recordOf(kept['graph']), inner.live)
  const others = extraBeside(extra, 'ui')
  const uuid = whole.names.get(id)!
  const mark = {
    ...(uuid !== id && { id }),
    ...(Object.keys(others).length > 0 && { extra: others }),
    ...(isOwn && { own: true }),
  }
  const proxied = whole.proxied.get(id) ?? new Set()
  return {
    ...(isOwn && ownSubgraph(inner)),
    ...raised(graph, inner),
    id: uuid,
    name,
    ...(description !== undefined && { description }),
    inputs: inputSlots(subgraph, proxied).map(({ name, raw }) => withLinkIds(raw, exported.ends.inputs.get(name))),
    outputs: outputSlots(subgraph).map(({ name, raw }) => withLinkIds(raw, exported.ends.outputs.get(name))),
    nodes: inner.nodes,
    links: inner.links,
    ...groupsField(groups, kept),
    ...extraField(graph, mark),
  }
}

function ownSubgraph({ lastNode, lastLink }: Counters): JsonObject {
  return {
    ...OWN_SUBGRAPH,
    state: { lastGroupId: 0, lastNodeId: lastNode, lastLinkId: lastLink, lastRerouteId: 0 },
    inputNode: { id: INPUT_NODE, bounding: [-240, 0, 120, 80] },
    outputNode: { id: OUTPUT_NODE, bounding: [2640, 0, 120, 80] },
  }
}

/** A subgraph's sockets in the file it came from, by names of their own. */
function keptSlots({ extra }: Subgraph, key: 'inputs' | 'outputs'): readonly UiSlot[] {
  const slots = keptOf(extra, 'ui')[key]
  return namedSlots(isList(slots) ? slots.filter(isRecord) : [], key)
}

/** The sockets of a subgraph's inputs: those of the file, and new ones for what was added. */
function inputSlots(subgraph: Subgraph, proxied: ReadonlySet<string>): UiSlot[] {
  const kept = new Map(keptSlots(subgraph, 'inputs').map((slot) => [slot.name, slot]))
  return subgraph.inputs.filter(({ name }) => !proxied.has(name))
    .map((input) => kept.get(input.name) ?? { name: input.name, raw: ownInputSlot(subgraph, input) })
}

/** A type that ComfyUI's text does not give back is written beside it. */
function ownInputSlot({ id }: Subgraph, { name, type }: SubgraphInput): JsonObject {
  const slot = { id: uuidOf(`${id} input ${name}`), name, type: type === undefined ? ANY : socketText(type) }
  if (typeof type === 'string' && !type.includes(',') && type !== '') return slot
  return { ...slot, [KINOGRAPH]: type === undefined ? {} : { type: jsonOf(type) } }
}

/** A socket's type is JSON by its form. */
const jsonOf = (type: object | string): Json => JSON.parse(JSON.stringify(type)) as Json

/** The sockets of a subgraph's outputs: those of the file, unconnected ones too, and new ones for what was added. */
function outputSlots(subgraph: Subgraph): UiSlot[] {
  const kept = keptSlots(subgraph, 'outputs')
  const known = new Set(kept.map(({ name }) => name))
  const added = subgraph.outputs.filter(({ name }) => !known.has(name)).map(({ name }): UiSlot => (
    { name, raw: { id: uuidOf(`${subgraph.id} output ${name}`), name, type: ANY } }
  ))
  return [...kept, ...added]
}

function withLinkIds(slot: JsonObject, ids: readonly number[] | undefined): JsonObject {
  if (ids && ids.length > 0) return { ...slot, linkIds: [...ids].sort((a, b) => a - b) }
  const kept = own(slot, 'linkIds')
  return isList(kept) && kept.length > 0 ? { ...slot, linkIds: [] } : slot
}

