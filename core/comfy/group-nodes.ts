/**
 * Group nodes: ComfyUI's way of packing nodes before it had subgraphs. `extra.groupNodes` has what is inside by name, a
 * node of the type `workflow/NAME` stands for it. We read each as a subgraph whose inputs and outputs are all sockets and
 * widgets inside that nothing inside is linked to, called `<place of the node inside>.<name>`.
 */
import type { Definitions } from '../types/definition.ts'
import type { Json, JsonObject } from '../types/json.ts'
import { isList, isRecord, listAt, own, recordAt, without } from './fields.ts'
import { INPUT_NODE, namedSlots, OUTPUT_NODE, readNode, type UiNode } from './ui-file.ts'
import { widgetPlaces } from './ui-widgets.ts'

/** A group node's inside, written as a subgraph's definition, and what nodes that stand for it show of it, in order. */
export interface GroupInside {
  readonly definition: JsonObject
  readonly inputs: readonly GroupSocket[]
  readonly outputs: readonly GroupSocket[]
  /** Inputs at the places of `widgets_values`; null for a control. */
  readonly widgets: readonly (string | null)[]
}

/** A socket inside: `name` as we call it, `label` as the node inside does. */
interface GroupSocket {
  readonly name: string
  readonly label: string
  readonly type: Json
  /** Of an output: whether something inside is linked to it. */
  readonly isUsed?: boolean
}

/** What nodes of group nodes call themselves, in older and newer files. */
const PREFIXES = ['workflow/', 'workflow>'] as const

/** The insides of a file's group nodes by the types of the nodes that stand for them. */
export function groupInsides(root: JsonObject, definitions: Definitions): Map<string, GroupInside> {
  const extra = own(root, 'extra')
  const groups = isRecord(extra) ? own(extra, 'groupNodes') : undefined
  if (!isRecord(groups)) return new Map()
  return new Map(Object.entries(groups).flatMap(([name, group]) => PREFIXES.map((prefix) => {
    const type = `${prefix}${name}`
    return [type, readInside(type, name, recordAt(group, { at: `extra.groupNodes.${name}` }), definitions)] as const
  })))
}

function readInside(type: string, name: string, group: JsonObject, definitions: Definitions): GroupInside {
  const at = `extra.groupNodes.${name}`
  const nodes = listAt(own(group, 'nodes'), { at: `${at}.nodes` }).map((node, place) =>
    readNode({ ...recordAt(node, { at: `${at}.nodes[${place}]` }), id: place }, `${at}.nodes[${place}]`))
  const wires = new Wiring(nodes, readLinks(group, at))
  const drawn = nodes.map((node) => wires.draw(node, definitions))
  const outputs = nodes.flatMap((node) => wires.outputsOf(node))
  return {
    definition: {
      id: type, name, version: 1, nodes: drawn.map(({ raw }) => raw), links: wires.links,
      inputs: wires.inputs.map((socket) => ({ name: socket.name, type: socket.type })),
      outputs: outputs.map((socket) => ({ name: socket.name, type: socket.type })),
    },
    inputs: wires.inputs, outputs, widgets: drawn.flatMap(({ widgets }) => widgets),
  }
}

interface GroupLink {
  readonly origin: number
  readonly slot: number
  readonly type: Json
}

/** Links inside by the place and slot of their target. */
function readLinks(group: JsonObject, at: string): Map<string, GroupLink> {
  const links = new Map<string, GroupLink>()
  for (const [index, value] of listAt(own(group, 'links'), { at: `${at}.links` }).entries()) {
    const link = listAt(value, { at: `${at}.links[${index}]` })
    const [origin, slot, target, targetSlot] = link
    if (typeof origin !== 'number' || typeof slot !== 'number' || typeof target !== 'number') continue // from outside
    links.set(`${target} ${String(targetSlot)}`, { origin, slot, type: link.at(-1) ?? null })
  }
  return links
}

/** Draws the links of a subgraph that does the same. */
class Wiring {
  readonly links: JsonObject[] = []
  readonly inputs: GroupSocket[] = []
  readonly #given: ReadonlyMap<string, GroupLink>
  readonly #used: ReadonlySet<string>
  readonly #count: number

  constructor(nodes: readonly UiNode[], given: ReadonlyMap<string, GroupLink>) {
    this.#count = nodes.length
    this.#given = given
    this.#used = new Set([...given.values()].map(({ origin, slot }) => `${origin} ${slot}`))
  }

  /** A node inside with its links, and which of its widgets are shown outside. */
  draw(node: UiNode, definitions: Definitions): { raw: JsonObject; widgets: (string | null)[] } {
    const slots = node.inputs.map((slot, index): JsonObject => ({ ...slot.raw, link: this.#feed(node, index, slot.name, own(slot.raw, 'type') ?? '*') }))
    const linkedInside = new Set(node.inputs.filter((_, index) => this.#given.has(`${node.ref.id} ${index}`)).map(({ name }) => name))
    const values = own(node.raw, 'widgets_values')
    const widgets: (string | null)[] = []
    let isShown = true
    for (const place of isList(values) ? widgetPlaces(node, values, definitions) : []) {
      // What is no input's, such as a control, goes with the input in front of it.
      if (typeof place === 'string') isShown = !linkedInside.has(place)
      if (isShown && typeof place !== 'string') widgets.push(null)
      if (!isShown || typeof place !== 'string') continue
      widgets.push(`${node.ref.id}.${place}`)
      if (!node.inputs.some(({ name }) => name === place)) {
        const link = this.#feed(node, slots.length, place, '*')
        slots.push({ name: place, type: '*', widget: { name: place }, link })
      }
    }
    const outputs = namedSlots(node.outputs.map(({ raw }) => raw), 'outputs').map(({ raw }) => without(raw, 'links'))
    return { raw: { ...without(node.raw, 'index'), inputs: slots, outputs }, widgets }
  }

  /** The link into a socket: from inside, or from an input of the whole. */
  #feed(node: UiNode, slot: number, name: string, type: Json): number {
    const given = this.#given.get(`${node.ref.id} ${slot}`)
    if (given && given.origin < this.#count) return this.#link(given.origin, given.slot, Number(node.id), slot, given.type)
    this.inputs.push({ name: `${node.ref.id}.${name}`, label: name, type })
    return this.#link(INPUT_NODE, this.inputs.length - 1, Number(node.id), slot, type)
  }

  outputsOf(node: UiNode): GroupSocket[] {
    return node.outputs.map(({ name, raw }, slot) => {
      const type = own(raw, 'type') ?? '*'
      this.#link(Number(node.id), slot, OUTPUT_NODE, this.#outputs++, type)
      return { name: `${node.ref.id}.${name}`, label: name, type, isUsed: this.#used.has(`${node.ref.id} ${slot}`) }
    })
  }
  #outputs = 0

  #link(origin: number, originSlot: number, target: number, targetSlot: number, type: Json): number {
    const id = this.links.length + 1
    this.links.push({ id, origin_id: origin, origin_slot: originSlot, target_id: target, target_slot: targetSlot, type })
    return id
  }
}

/** How the sockets of a node that stands for a group are called by us. */
export interface GroupNames {
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
}

/**
 * Lays the sockets of a node along those inside, in order: one inside fits when its type is the same and its name ends
 * the other's (`VAEDecode vae` is `vae` of a node inside). `undefined` where one fits none, or the widgets are not as many:
 * such a node is kept as it is, and never run with values at wrong places.
 */
export function groupNames(node: UiNode, inside: GroupInside): GroupNames | undefined {
  const inputs = alongside(node.inputs, inside.inputs)
  // What goes on inside is not shown outside, unless somebody asked for that.
  const outputs = alongside(node.outputs, inside.outputs.filter(({ isUsed }) => !isUsed)) ?? alongside(node.outputs, inside.outputs)
  const values = own(node.raw, 'widgets_values')
  const widgets = isList(values) ? values.length : 0
  return inputs && outputs && widgets === inside.widgets.length ? { inputs, outputs } : undefined
}

function alongside(slots: UiNode['inputs'], inside: readonly GroupSocket[]): string[] | undefined {
  const names: string[] = []
  let at = 0
  for (const { name, raw } of slots) {
    const type = own(raw, 'type') ?? '*'
    while (at < inside.length && !(inside[at]!.type === type && name.endsWith(inside[at]!.label))) at++
    const socket = inside[at++]
    if (socket === undefined) return undefined
    names.push(socket.name)
  }
  return names
}
