/**
 * What a saved file of ComfyUI has no field for, but keeps: each node has `properties`, each graph `extra`, and both come
 * back from ComfyUI as they went. Under `kinograph` we write there what of ours has no other place.
 */
import type { Json, JsonObject } from '../types/json.ts'
import { isList, isRecord, own } from './fields.ts'

/** The key of our part. */
export const KINOGRAPH = 'kinograph'

/** The property by which ComfyUI's front end finds a node for text replacement: its type's name. */
export const NAME_PROPERTY = 'Node name for S&R'

/** Our part of a node's properties. */
export interface NodeMark {
  /** The id, where it is not a whole number. */
  readonly id?: string
  readonly version?: number
  readonly extra?: JsonObject
  /** Seeds of a node that came from ComfyUI to which ours has given a policy: number and control together say which. */
  readonly seeds?: readonly string[]
  /** Present on nodes whose sockets and widgets the export made: nothing of them has to be kept. */
  readonly own?: OwnMark
}

/** What the sockets and widgets of a node that the export made stand for. */
export interface OwnMark {
  /** Inputs at the places of `widgets_values`; null for a control. */
  readonly widgets?: readonly (string | null)[]
  /** What was written for the inputs among them that the workflow leaves out. */
  readonly absent?: JsonObject
  /** Names that links give to outputs; null where a number is given. */
  readonly outputs?: readonly (string | null)[]
  /** The name of a reroute's input. */
  readonly input?: string
  /** A place and a size that the export made up. */
  readonly position?: Json
  readonly size?: Json
}

/** Our part of a graph's `extra`. */
export interface GraphMark {
  /** A subgraph's id, where ComfyUI would not take it. */
  readonly id?: string
  readonly extra?: JsonObject
  /** Fields of ours as they are: `$schema`, `title`, `description`, `parameters`, `outputs`. */
  readonly fields?: JsonObject
  /** Names of groups' places that have no list. */
  readonly own?: true
}

/** Our part of a node's properties, as far as it is what we write. */
export function nodeMark(node: JsonObject): NodeMark {
  const mark = markOf(own(node, 'properties'))
  const made = own(mark, 'own')
  return {
    ...textField(mark, 'id'),
    ...(isVersion(mark['version']) && { version: mark['version'] }),
    ...recordField(mark, 'extra'),
    ...(isTexts(mark['seeds']) && { seeds: mark['seeds'] }),
    ...(isRecord(made) && { own: ownMark(made) }),
  }
}

function ownMark(made: JsonObject): OwnMark {
  return {
    ...(isNames(made['widgets']) && { widgets: made['widgets'] }),
    ...recordField(made, 'absent'),
    ...(isNames(made['outputs']) && { outputs: made['outputs'] }),
    ...textField(made, 'input'),
    ...(made['position'] !== undefined && { position: made['position'] }),
    ...(made['size'] !== undefined && { size: made['size'] }),
  }
}

/** Our part of a graph's `extra`, as far as it is what we write. */
export function graphMark(graph: JsonObject): GraphMark {
  const mark = markOf(own(graph, 'extra'))
  return {
    ...textField(mark, 'id'),
    ...recordField(mark, 'extra'),
    ...recordField(mark, 'fields'),
    ...(mark['own'] === true && { own: true }),
  }
}

function markOf(holder: Json | undefined): JsonObject {
  const mark = isRecord(holder) ? own(holder, KINOGRAPH) : undefined
  return isRecord(mark) ? mark : {}
}

function textField<K extends string>(mark: JsonObject, key: K) {
  const value = own(mark, key)
  // The computed key is K, which the type of a computed key does not say.
  return (typeof value === 'string' ? { [key]: value } : {}) as { readonly [P in K]?: string }
}

function recordField<K extends string>(mark: JsonObject, key: K) {
  const value = own(mark, key)
  // As above.
  return (isRecord(value) ? { [key]: value } : {}) as { readonly [P in K]?: JsonObject }
}

function isVersion(value: Json | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 1
}

function isNames(value: Json | undefined): value is readonly (string | null)[] {
  return value !== undefined && isList(value) && value.every((item) => item === null || typeof item === 'string')
}

function isTexts(value: Json | undefined): value is readonly string[] {
  return value !== undefined && isList(value) && value.every((item) => typeof item === 'string')
}

/** A UUID made of a text: the same text gives the same one. ComfyUI calls subgraphs and their sockets by UUIDs. */
export function uuidOf(text: string): string {
  const hex = [0, 1, 2, 3].map((seed) => hash(text, seed).toString(16).padStart(8, '0')).join('')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`
}

/** FNV-1a, 32 bits, over UTF-16 units; a seed for each of several. */
function hash(text: string, seed: number): number {
  let value = 0x811c9dc5 ^ (seed * 0x9e3779b1)
  for (let at = 0; at < text.length; at++) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193)
  return (value ^ (value >>> 15)) >>> 0
}

/** Whether ComfyUI would call a subgraph so. */
export function isUuid(id: string): boolean {
  return /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(id)
}
