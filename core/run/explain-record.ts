import { hash } from 'node:crypto'
import type { Json } from '../types/json.ts'
import { WITHHELD } from '../types/withheld.ts'
import { Redactor } from '../workflow/redact.ts'
import type { Kept } from './kept.ts'
import type { PlannedInput } from './planned-node.ts'
import type { Plan } from './plan.ts'
import type { KeyedNode } from './run-graph.ts'

/** The version of the form that records have. */
export const RECORD_VERSION = 1

/** What a run was made of, for `explain` to compare a later one with: small, and plain data. */
export interface RunRecord {
  readonly v: typeof RECORD_VERSION
  readonly run: string
  /** Milliseconds since 1970. */
  readonly at: number
  /** What every key of the run held: versions, device, precision. */
  readonly environment: Environment
  /** By path. */
  readonly nodes: Readonly<Record<string, NodeRecord>>
}

/** What holds for a whole run, by name. */
export type Environment = Readonly<Record<string, string>>

/** One node of a run. */
export interface NodeRecord extends KeyParts {
  readonly key: string
  /** Whether it ran to its end, was in the cache, was not looked for since what reads it was there, or was not come to. */
  readonly state: 'ran' | 'known' | 'behind' | 'unreached'
  /** What the cache said to its result. */
  readonly kept?: Kept
}

/** What a node's key was made of. */
export interface KeyParts {
  readonly type: string
  readonly version: number
  /** The hash of its plugin. */
  readonly plugin: string
  readonly fingerprint?: ShortValue
  readonly inputs: Readonly<Record<string, InputPart>>
}

/** The value of an input, or where it comes from. */
export type InputPart = { readonly value: ShortValue } | { readonly from: string; readonly output: string }

/** A value, or the beginning of its JSON and a hash of all of it where that is long. */
export type ShortValue = { readonly json: Json } | { readonly start: string; readonly hash: string }

/** Characters of a value's JSON that are kept: a prompt whole. */
const SHORT = 1000

/**
 * What the key of a node was made of. Values that came about in a run have no name and are left out.
 * @param redactor takes out what is not to be kept
 */
export function keyParts({ registered: { node, plugin }, fingerprint, isNew, inputs }: KeyedNode, redactor: Redactor): KeyParts {
  const parts: Record<string, InputPart> = {}
  for (const input of inputs) {
    const part = inputPart(input, redactor)
    if (part) parts[input.slot] = part
  }
  const own = fingerprint !== undefined && !isNew && { fingerprint: shortValue(redactor.data(fingerprint)) }
  return { type: node.type, version: node.version, plugin: plugin.hash, ...own, inputs: parts }
}

function inputPart(input: PlannedInput, redactor: Redactor): InputPart | undefined {
  switch (input.kind) {
    case 'literal':
      return { value: input.definition.secret ? secretValue(input.value) : shortValue(redactor.data(input.value)) }
    case 'link':
    case 'raw':
      return { from: input.from, output: input.output }
    case 'given':
    case 'hidden':
      return undefined
    default:
      return input satisfies never
  }
}

/** A value as a record keeps it. */
export function shortValue(json: Json): ShortValue {
  const text = JSON.stringify(json)
  return text.length <= SHORT ? { json } : { start: text.slice(0, SHORT), hash: hash('sha256', text, 'base64url').slice(0, 16) }
}

/** A secret as a record keeps it: so much of its hash that a change shows, and far too little to find it by. */
function secretValue(json: Json): ShortValue {
  return { start: WITHHELD, hash: hash('sha256', JSON.stringify(json), 'base64url').slice(0, 3) }
}

/** Notes what a run is made of while it goes on. */
export class RunRecorder {
  readonly #run: string
  readonly #environment: Environment
  readonly #redactor: Redactor
  readonly #kept = new Map<string, Kept>()
  #plan: Plan | undefined

  constructor(run: string, environment: Environment, redactor: Redactor = new Redactor()) {
    this.#run = run
    this.#environment = environment
    this.#redactor = redactor
  }

  plan(plan: Plan): void {
    this.#plan = plan
  }

  kept(key: string, kept: Kept): void {
    this.#kept.set(key, kept)
  }

  /**
   * The record of the run, once it has ended; `undefined` where it did not come to a plan.
   * @param before the record that it takes the place of: what the cache said to results that were not made again still holds
   */
  record(executed: readonly string[], before?: RunRecord): RunRecord | undefined {
    if (this.#plan === undefined) return undefined
    const { run, cached } = this.#plan
    const ran = new Set(executed)
    const ranKeys = new Set(run.filter(({ path }) => ran.has(path)).map(({ key }) => key)) // one run for all with a key
    const nodes = [
      ...run.map((node) => [node.path, this.#node(node, ranKeys.has(node.key) ? 'ran' : 'unreached', before)] as const),
      ...cached.map((node) => [node.path, this.#node(node, node.result ? 'known' : 'behind', before)] as const),
    ]
    return { v: RECORD_VERSION, run: this.#run, at: Date.now(), environment: this.#environment, nodes: Object.fromEntries(nodes) }
  }

  #node(node: KeyedNode, state: NodeRecord['state'], before: RunRecord | undefined): NodeRecord {
    const earlier = before && Object.hasOwn(before.nodes, node.path) ? before.nodes[node.path] : undefined
    const kept = this.#kept.get(node.key) ?? (earlier?.key === node.key ? earlier.kept : undefined)
    return { ...keyParts(node, this.#redactor), key: node.key, state, ...(kept && { kept }) }
  }
}
