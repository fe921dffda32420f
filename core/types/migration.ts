import type { InputValue } from '../workflow/workflow.ts'
import type { Json } from './json.ts'

/** The inputs of a node as a workflow writes them down: literals, links, wrapped literals. */
export type WrittenInputs = { readonly [name: string]: InputValue }

/** New names by old ones. */
export type Renames = { readonly [old: string]: string }

/**
 * How what a workflow says of a node is carried over to a newer version of its type. The parts are done in this order;
 * names are best changed by `inputs` and `outputs`, since parameters and links elsewhere then follow.
 */
export interface Migration {
  /** Inputs with another name. */
  readonly inputs?: Renames
  /** Outputs with another name, or another place where links go by it (`'0': 'latent'`). */
  readonly outputs?: Renames
  /** Inputs that are new, with what the older version did; one that is there stays. */
  readonly set?: { readonly [input: string]: Json }
  /** Anything else. A pure function; values may be links, which it passes on as they are. */
  readonly change?: (inputs: WrittenInputs) => WrittenInputs
}

/** Migrations by the version that they start from: `{ 1: { inputs: { stepcount: 'steps' } } }` leads to version 2. */
export type Migrations = { readonly [fromVersion: number]: Migration | NonNullable<Migration['change']> }

/** How nodes of another type become nodes of this one. */
export interface Replacement extends Migration {
  /** The version of this type that it leads to; its migrations follow. 1 when left out. */
  readonly version?: number
}

/** Replacements by the type that is no more: a node type that was renamed, or does the work of another one. */
export type Replacements = { readonly [type: string]: Replacement }

/** What is wrong with the migrations of a node type, or `undefined`. */
export function migrationFault(
  version: number,
  migrate: Migrations = {},
  replaces: Replacements = {},
): string | undefined {
  const wrong = Object.keys(migrate).find((from) => !/^[1-9]\d*$/.test(from) || Number(from) >= version)
  if (wrong !== undefined) return `migrate ${wrong}: expected a version from 1 to ${version - 1}, below its own`
  const late = Object.entries(replaces).find(([, { version: to = 1 }]) => to < 1 || to > version)
  return late && `replaces ${late[0]}: expected a version from 1 to ${version}, got ${late[1].version}`
}
