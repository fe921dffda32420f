import { hash } from 'node:crypto'
import type { Json } from '../types/json.ts'
import type { PlannedInput, PlannedNode } from './planned-node.ts'
import type { RegisteredNode } from '../plugins/registry.ts'

/** Raised when what a key covers changes. */
const KEY_VERSION = 2

/**
 * The key of a node's result: a hash of fixed size over its type, version and plugin, its inputs with defaults and
 * seeds filled in, for each link the key of the node it comes from and the output's name, its fingerprint, and its
 * path where that is an input or the results are not to be shared. Titles, positions and metadata are left out.
 * @param fingerprint what the node's `fingerprint` said; `undefined` where it has none
 * @param environment what holds for the whole run: engine and runtime version, device, precision
 * @param keyOf the key of a node that has been given one before
 */
export function resultKey(
  node: PlannedNode,
  fingerprint: Json | undefined,
  environment: Json,
  keyOf: (path: string) => string,
): string {
  return hash('sha256', keyText(node, fingerprint, environment, keyOf), 'base64url')
}

/** What `resultKey` hashes: a JSON list, so that no two different nodes give one text. */
export function keyText(
  { registered, path, inputs }: PlannedNode,
  fingerprint: Json | undefined,
  environment: Json,
  keyOf: (path: string) => string,
): string {
  let text = headOf(registered, environment)
  if (dependsOnId(registered)) text += `,{"id":${JSON.stringify(path)}}`
  if (fingerprint !== undefined) text += `,{"fingerprint":${JSON.stringify(fingerprint)}}`
  for (const input of inputs) text += inputText(input, keyOf)
  return `${text}]`
}

/** The part of a key that all nodes of a type share in a run, by type. */
const heads = new WeakMap<RegisteredNode, { readonly environment: Json; readonly text: string }>()

function headOf(registered: RegisteredNode, environment: Json): string {
  const known = heads.get(registered)
  if (known && known.environment === environment) return known.text
  const { node, plugin } = registered
  const text = JSON.stringify([KEY_VERSION, node.type, node.version, plugin.hash, environment]).slice(0, -1)
  heads.set(registered, { environment, text })
  return text
}

/** Whether a node's result is its own: another node with equal inputs gives another. */
function dependsOnId({ node, definition }: RegisteredNode): boolean {
  return !node.idempotent || definition.inputs.some(({ hidden }) => hidden === 'node_id' || hidden === 'prompt')
}

/** Names of inputs and outputs, and keys, are made of characters that JSON writes as they are. */
function inputText(input: PlannedInput, keyOf: (path: string) => string): string {
  switch (input.kind) {
    case 'literal':
      return `,["${input.slot}",${JSON.stringify(input.value)}]`
    case 'link':
      return `,["${input.slot}","${keyOf(input.from)}","${input.output}"]`
    case 'raw': // where the link leads decides too: the node may look at what lies behind it
      return `,["${input.slot}","${keyOf(input.from)}","${input.output}",${JSON.stringify(input.from)}]`
    case 'given':
      return `,["${input.slot}",${input.key}]`
    case 'hidden':
      return ''
    default:
      return input satisfies never
  }
}

/** The longest text that is keyed by itself. */
const LONG_TEXT = 1000

/**
 * The part of a key that stands for a value that came about in the run. A number or short text stands for itself, so
 * that it is the same wherever it came from; anything else is told by where it came from: a key, and where in it.
 */
export function valueKey(value: unknown, key: string, ...where: (string | number)[]): string {
  const isShort = typeof value === 'string' && value.length <= LONG_TEXT
  if (isShort || typeof value === 'boolean' || Number.isFinite(value)) return JSON.stringify(value)
  return `null,${JSON.stringify([key, ...where]).slice(1, -1)}`
}
