import { createHash } from 'node:crypto'
import type { Json } from '../types/json.ts'
import type { PlannedInput } from './planned-node.ts'
import type { RegisteredNode } from '../plugins/registry.ts'

/** Raised when what a key covers changes. */
const KEY_VERSION = 1

/** What the result of a node depends on. */
export interface KeyParts {
  readonly id: string
  readonly registered: RegisteredNode
  readonly inputs: readonly PlannedInput[]
  /** What the node's `fingerprint` said; `undefined` where it has none. */
  readonly fingerprint: Json | undefined
  /** What holds for the whole run: engine and runtime version, device, precision. */
  readonly environment: Json
}

/**
 * The key of a node's result: a hash of fixed size over its type, version and plugin, its inputs with defaults and
 * seeds filled in, for each link the key of the node it comes from and the output's name, its fingerprint, and its id
 * where the id is an input or the results are not to be shared. Titles, positions, workflow and metadata are left out.
 * @param keyOf the key of a node that has been given one before
 */
export function resultKey(parts: KeyParts, keyOf: (path: string) => string): string {
  const { node, plugin } = parts.registered
  return hash([
    KEY_VERSION,
    node.type,
    node.version,
    plugin.hash,
    parts.environment,
    dependsOnId(parts.registered) ? parts.id : null,
    parts.fingerprint === undefined ? null : [distinct(parts.fingerprint)],
    ...parts.inputs.map((input) => inputPart(input, keyOf)),
  ])
}

function dependsOnId({ node, definition }: RegisteredNode): boolean {
  return !node.idempotent || definition.inputs.some(({ hidden }) => hidden === 'node_id')
}

function inputPart(input: PlannedInput, keyOf: (path: string) => string): Json {
  switch (input.kind) {
    case 'literal':
      return [input.definition.name, input.value]
    case 'link':
      return [input.definition.name, keyOf(input.from), input.output]
    case 'hidden':
      return null
    default:
      return input satisfies never
  }
}

/** NaN means "different each time", as in ComfyUI: in its place stands something that never comes again. */
function distinct(fingerprint: Json): Json {
  return Number.isNaN(fingerprint) ? crypto.randomUUID() : fingerprint
}

function hash(parts: readonly Json[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url')
}
