import type { JsonObject } from '../types/json.ts'
import type { NodeType, UiResult } from '../types/node-type.ts'
import type { TypedValue } from '../types/value-type.ts'

/** A warning that a node gave. */
export interface NodeWarning {
  readonly message: string
  readonly details?: JsonObject
}

/** What running a node gave: what the cache keeps. */
export interface NodeResult {
  /** By output name. */
  readonly outputs: ReadonlyMap<string, TypedValue>
  readonly ui?: UiResult
  /** Said again when the result comes out of the cache: they are as true as before. */
  readonly warnings: readonly NodeWarning[]
  /** Memory that the outputs hold. */
  readonly bytes: number
  /** How long it took, for a cache that weighs what to drop. */
  readonly seconds: number
}

/** What one result takes beside its values, in bytes; so the number of small results is bounded too. */
const OVERHEAD = 200

/** Memory of some outputs, in bytes. */
export function bytesOf(outputs: Iterable<TypedValue>): number {
  let bytes = OVERHEAD
  for (const { type, value } of outputs) bytes += type.bytes(value)
  return bytes
}

/** The values of some outputs of a node with their types. */
export function typedOutputs(node: NodeType, values: ReadonlyMap<string, unknown>): Map<string, TypedValue> {
  return new Map([...values].map(([name, value]) => [name, { type: node.outputs[name]!.type, value }]))
}
