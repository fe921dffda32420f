/** The parts of ComfyUI's saved files (litegraph's serialisation) as they are read, before they mean anything to us. */
import type { Json, JsonObject } from '../types/json.ts'
import { shortText } from '../types/json.ts'
import type { NodeRef } from '../workflow/problem.ts'
import { expected, isList, isRecord, listAt, own, recordAt, without, type Place } from './fields.ts'

/** litegraph's ids of what stands for a subgraph's inputs and outputs inside it. */
export const INPUT_NODE = -10
export const OUTPUT_NODE = -20

/** litegraph's numbers for how a node takes part. */
export const MODES = { mute: 2, bypass: 4 } as const

/** A socket of a node as the file has it. */
export interface UiSlot {
  readonly name: string
  /** All fields but the name. */
  readonly raw: JsonObject
}

/** One node of a file. */
export interface UiNode {
  readonly ref: NodeRef
  readonly id: number | string
  readonly type: string
  readonly raw: JsonObject
  readonly inputs: readonly UiSlot[]
  readonly outputs: readonly UiSlot[]
}

/** One link of a file; `rest` is what else is said of it. */
export interface UiLink {
  readonly id: number
  readonly origin: number | string
  readonly originSlot: number
  readonly target: number | string
  readonly targetSlot: number
  readonly type: Json
  readonly rest: JsonObject
}

/** @throws WorkflowError that names the place and the field */
export function readNodes(graph: JsonObject, at: string): UiNode[] {
  return listAt(own(graph, 'nodes'), { at: `${at}nodes` }).map((node, index) => readNode(node, `${at}nodes[${index}]`))
}

/** @throws WorkflowError that names the place and the field */
export function readNode(value: Json, at: string): UiNode {
  const raw = recordAt(value, { at })
  const id = own(raw, 'id')
  if (!isId(id)) expected('a number or a text as the node\'s id', id, { at: `${at}.id` })
  const type = own(raw, 'type')
  if (typeof type !== 'string' || type === '') expected('a node type', type, { at: `${at}.type` })
  const title = own(raw, 'title')
  const ref = { id: String(id), type, ...(typeof title === 'string' && title !== '' && { title }) }
  return { ref, id, type, raw, inputs: readSlots(raw, 'inputs', ref), outputs: readSlots(raw, 'outputs', ref) }
}

function readSlots(node: JsonObject, key: 'inputs' | 'outputs', ref: NodeRef): UiSlot[] {
  return namedSlots(listAt(own(node, key), { node: ref, at: key })
    .map((slot, index) => recordAt(slot, { node: ref, at: `${key}[${index}]` })), key)
}

/** Sockets by names of their own: one without a name is called by its place, a name that comes again gets a number. */
export function namedSlots(raws: readonly JsonObject[], key: string): UiSlot[] {
  return uniqueNames(raws.map((raw, index) => {
    const name = own(raw, 'name')
    return { name: typeof name === 'string' && name !== '' ? name : `${key} ${index}`, raw }
  }))
}

function uniqueNames<S extends { readonly name: string }>(slots: readonly S[]): S[] {
  const counts = new Map<string, number>()
  const taken = new Set(slots.map(({ name }) => name))
  return slots.map((slot) => {
    let count = counts.get(slot.name) ?? 0
    let name = slot.name
    while (count > 0 && taken.has(name)) name = `${slot.name} (${++count})`
    counts.set(slot.name, Math.max(count, 1))
    taken.add(name)
    return name === slot.name ? slot : { ...slot, name }
  })
}

/** The links of a graph by id, written as lists (0.4) or as objects (1.0, subgraphs). Of two with one id the last counts. */
export function readLinks(graph: JsonObject, at: string): Map<number, UiLink> {
  const links = new Map<number, UiLink>()
  for (const [index, value] of listAt(own(graph, 'links'), { at: `${at}links` }).entries()) {
    if (value === null) continue
    const link = readLink(value, { at: `${at}links[${index}]` })
    links.set(link.id, link)
  }
  return links
}

const LINK_FIELDS = ['id', 'origin_id', 'origin_slot', 'target_id', 'target_slot', 'type'] as const

function readLink(value: Json, place: Place): UiLink {
  const raw = isList(value) ? Object.fromEntries(LINK_FIELDS.map((name, index) => [name, value[index] ?? null])) : recordAt(value, place)
  const [id, origin, originSlot, target, targetSlot] = LINK_FIELDS.map((name) => own(raw, name))
  const slotFrom = slotNumber(originSlot)
  const slotTo = slotNumber(targetSlot)
  if (typeof id !== 'number' || !isId(origin) || slotFrom === undefined || !isId(target) || slotTo === undefined) {
    expected('a link of id, origin, its slot, target, its slot and type', value, {
      ...place, at: `${place.at} (${shortText(JSON.stringify(value))})`,
    })
  }
  return {
    id, origin, target, originSlot: slotFrom, targetSlot: slotTo,
    type: own(raw, 'type') ?? null, rest: without(raw, ...LINK_FIELDS),
  }
}

function isId(value: Json | undefined): value is number | string {
  return typeof value === 'number' ? Number.isSafeInteger(value) : typeof value === 'string' && value !== ''
}

/** A slot's number; the format allows it to be written as a text. */
function slotNumber(value: Json | undefined): number | undefined {
  const number = typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value
  return typeof number === 'number' && Number.isSafeInteger(number) && number >= 0 ? number : undefined
}

/** A point or size: a list of two, or what a typed array becomes in JSON (`{"0": x, "1": y}`). */
export function readPair(value: Json | undefined): readonly [number, number] | undefined {
  const [x, y] = isList(value) ? value : isRecord(value) ? [own(value, '0'), own(value, '1')] : []
  return typeof x === 'number' && typeof y === 'number' ? [x, y] : undefined
}
