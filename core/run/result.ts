import { Blocked } from '../types/blocked.ts'
import type { JsonObject, Json } from '../types/json.ts'
import type { NodeType, UiResult } from '../types/node-type.ts'
import { ANY } from '../types/socket.ts'
import type { TypedValue } from '../types/value-type.ts'
import { eachValue, typed } from './lists.ts'

/** A warning that a node gave. */
export interface NodeWarning {
  readonly message: string
  readonly details?: JsonObject
}

/** What running a node gave: what the cache keeps. */
export interface NodeResult {
  /** By output name. A list that is mapped over has `each`; what is blocked is a `Blocked`. */
  readonly outputs: ReadonlyMap<string, TypedValue>
  readonly ui?: UiResult
  /** Said again when the result comes out of the cache: they are as true as before. */
  readonly warnings: readonly NodeWarning[]
  /** Memory that the outputs hold. */
  readonly bytes: number
  /** How long it took, for a cache that weighs what to drop. */
  readonly seconds: number
}

/** What one result takes beside its values, in bytes, measured with small texts in a cache; so their number is bounded too. */
const OVERHEAD = 750

/** Memory of some outputs, in bytes. */
export function bytesOf(outputs: Iterable<TypedValue>): number {
  let bytes = OVERHEAD
  for (const { type, value } of outputs) bytes += value === undefined ? 0 : type.bytes(value)
  return bytes
}

/**
 * The values of some outputs of a node with their types; `by` is noted where the node blocked one.
 * @param given what the node got: what it passes on through an output of any type keeps the type that it came with
 */
export function typedOutputs(
  node: NodeType,
  values: ReadonlyMap<string, unknown>,
  by: { readonly path: string; readonly shown: string },
  given: readonly (TypedValue | undefined)[] = [],
): Map<string, TypedValue> {
  const outputs = new Map<string, TypedValue>()
  for (const [name, value] of values) {
    const { type, data } = node.outputs[name]!
    const signed = (one: unknown) => (one instanceof Blocked && !one.by ? new Blocked(one.message, originOf(by)) : one)
    // An `each` output has been checked to be a list.
    if (data.each && Array.isArray(value)) outputs.set(name, eachValue(type, value.map(signed)))
    else if (value instanceof Blocked) outputs.set(name, typed(type, signed(value)))
    else outputs.set(name, { type: type.socket === ANY ? typeGiven(value, given) ?? type : type, value })
  }
  return outputs
}

/** The type that an object had when it came in. */
function typeGiven(value: unknown, given: readonly (TypedValue | undefined)[]): TypedValue['type'] | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  return given.find((one) => one?.value === value && !one.each)?.type
}

function originOf({ path, shown }: { readonly path: string; readonly shown: string }) {
  return { node: path, shown }
}

/** What several nodes show, as one: the lists of each kind one after the other. */
export function mergedUi(parts: readonly (UiResult | undefined)[]): UiResult | undefined {
  const merged = new Map<string, Json[]>()
  for (const part of parts) {
    for (const [kind, items] of Object.entries(part ?? {})) {
      const list = merged.get(kind) ?? []
      for (const item of items) list.push(item)
      merged.set(kind, list)
    }
  }
  return merged.size === 0 ? undefined : Object.fromEntries(merged)
}
