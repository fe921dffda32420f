import type { NodeContext } from '../types/node-type.ts'
import type { Json } from '../types/json.ts'
import { copyValue } from './copy-value.ts'
import type { PlannedInput, PlannedNode } from './planned-node.ts'

/** What the outputs of constant nodes are, by path and output, known before anything runs. */
export type Constants = ReadonlyMap<string, ReadonlyMap<string, unknown>>

/**
 * Computes the nodes that are constant: primitives, and what passes them on. What they give is seen by checks and
 * hooks of the nodes they are linked to as if it stood there itself.
 * @param nodes each after those it depends on
 */
export function constantsOf(nodes: readonly PlannedNode[]): Constants {
  const constants = new Map<string, ReadonlyMap<string, unknown>>()
  for (const planned of nodes) {
    if (!planned.registered.node.constant) continue
    const values = planned.inputs.map((input) => knownValue(input, constants))
    if (planned.inputs.some((input, index) => input.kind === 'link' && values[index] === undefined)) continue
    const outputs = compute(planned, constants)
    if (outputs) constants.set(planned.path, outputs)
  }
  return constants
}

/** What a constant node gives; `undefined` where it fails, which its run will tell. */
function compute(planned: PlannedNode, constants: Constants): ReadonlyMap<string, unknown> | undefined {
  try {
    const returned: unknown = planned.registered.node.run(knownInputs(planned, constants), NO_CONTEXT)
    if (typeof returned !== 'object' || returned === null || returned instanceof Promise) return undefined
    return new Map(Object.entries(returned))
  } catch {
    return undefined
  }
}

/** Constant nodes declare that they need no context; one that reaches for it is not constant, and is passed over. */
const NO_CONTEXT = Object.freeze({}) as NodeContext

/** The value of an input as it is known before anything runs: `undefined` for what a link will bring. */
export function knownValue(input: PlannedInput, constants: Constants): unknown {
  if (input.kind === 'literal') return copyValue(input.value)
  if (input.kind === 'given') return input.given.each ? undefined : copyValue(input.given.value, input.given.type)
  if (input.kind === 'link') return copyValue(constants.get(input.from)?.get(input.output))
  return undefined
}

/** The inputs of a node as they are known before anything runs, by name. */
export function knownInputs({ inputs, registered }: PlannedNode, constants: Constants): Record<string, unknown> {
  const known: Record<string, unknown> = {}
  const lists = new Map<string, unknown[]>()
  for (const { name, variadic } of registered.definition.inputs) if (variadic) lists.set(name, [])
  for (const input of inputs) {
    const { name } = input.definition
    const value = knownValue(input, constants)
    const list = lists.get(name)
    if (list) list.push(value)
    else if (value !== undefined) known[name] = registered.node.inputList ? [value] : value
  }
  return Object.assign(known, Object.fromEntries(lists))
}

/** A value that JSON can hold, or `undefined`. */
export function jsonOf(value: unknown): Json | undefined {
  return isJson(value, 0) ? value : undefined
}

const MAX_DEPTH = 100

function isJson(value: unknown, depth: number): value is Json {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true
  if (typeof value === 'number') return Number.isFinite(value)
  if (typeof value !== 'object' || depth > MAX_DEPTH) return false
  if (Array.isArray(value)) return value.every((one) => isJson(one, depth + 1))
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) return false
  return Object.values(value).every((one) => isJson(one, depth + 1))
}
