import type { Definitions } from '../types/definition.ts'
import type { Json } from '../types/json.ts'
import { refOf } from '../workflow/graph.ts'
import { isLink, SUBGRAPH_INPUTS, subgraphIdOf } from '../workflow/workflow.ts'
import type { Link, Subgraph, WorkflowNode } from '../workflow/workflow.ts'
import { isList, isRecord, own, recordOf, refuse } from './fields.ts'
import { extraBeside, keptOf } from './kept.ts'
import { NodeExport, type OutSlot } from './ui-export-node.ts'
import { inputSlots, keptSlots, outputSlots } from './ui-export-sockets.ts'
import { INPUT_NODE, OUTPUT_NODE, type UiLink, type UiSlot } from './ui-file.ts'

/** What the graphs of a workflow need to know of the whole. */
export interface Whole {
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

/** The highest numbers of nodes and links. */
export interface Counters {
  readonly lastNode: number
  readonly lastLink: number
}

/** Writes the nodes and links of one graph. */
export class GraphExport {
  readonly #subgraph: Subgraph | undefined
  readonly #nodes: readonly NodeExport[]
  readonly #byId: ReadonlyMap<string, NodeExport>
  readonly #usedIds = new Set<number>()
  readonly #links: UiLink[] = []
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

function linkList({ id, origin, originSlot, target, targetSlot, type }: UiLink): Json {
  return [id, origin, originSlot, target, targetSlot, type]
}

function linkObject({ id, origin, originSlot, target, targetSlot, type, rest }: UiLink): Json {
  return { id, origin_id: origin, origin_slot: originSlot, target_id: target, target_slot: targetSlot, type, ...rest }
}
