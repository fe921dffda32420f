import type { Json } from '../types/json.ts'
import type { Environment } from '../run/explain-record.ts'
import type { ResolvedPrompt } from '../run/resolve-inputs.ts'
import type { ResolvedSeed } from '../workflow/seeds.ts'
import type { Workflow } from '../workflow/workflow.ts'
import type { Sample } from './sample.ts'

/** The version of the form that lock files have. */
export const LOCK_VERSION = 1

/** All that a workflow's results depend on, and what they were: what `*.lock.json` holds, as plain data. */
export interface Lock {
  readonly version: typeof LOCK_VERSION
  readonly settings: LockSettings
  readonly device: string
  /** Versions and machine, by name. */
  readonly environment: Environment
  /** How the weights of nodes were held, by the nodes' paths: int8 gives other results than float. */
  readonly weights: Readonly<Record<string, string>>
  /** Weights and configuration, by their path below the models folder. */
  readonly models: readonly LockedFile[]
  /** Pictures and videos that the workflow reads, by their path below the input folder. */
  readonly files: readonly LockedFile[]
  /** The plugins that provide its node types, beside the engine. */
  readonly plugins: readonly LockedPlugin[]
  /** The node types that it uses. */
  readonly nodes: readonly LockedNodeType[]
  /** The values of all seeds, those that were drawn too. Nodes are called by their paths: `outer/inner`. */
  readonly seeds: readonly ResolvedSeed[]
  /** What came of the texts that vary, written so that they mean the same again. */
  readonly prompts: readonly ResolvedPrompt[]
  /** Of the workflow below. */
  readonly sha256: string
  /** What the workflow means: without layout, in one order, with what the command line set. */
  readonly workflow: Workflow
  /** What came out. Absent when nothing was run. */
  readonly outputs?: readonly LockedOutput[]
}

/** What the command line said beside the workflow. */
export interface LockSettings {
  readonly set: readonly string[]
  readonly parameters: Readonly<Record<string, Json>>
  /** Only up to these nodes; all output nodes when empty. */
  readonly until: readonly string[]
}

export interface LockedFile {
  readonly file: string
  readonly bytes: number
  readonly sha256: string
}

export interface LockedPlugin {
  readonly name: string
  readonly version?: string
  /** The hash of its content. */
  readonly hash: string
}

export interface LockedNodeType {
  readonly type: string
  readonly version: number
  /** The plugin that provides it, unless the engine does. */
  readonly plugin?: string
}

/** One result: a value by the output that gave it, or a file by the node that made it. */
export interface LockedOutput {
  readonly node: string
  /** The output, or `file 1` for a file. */
  readonly output: string
  /** The type of the value, or `file`. */
  readonly type: string
  /** Of what is hashed: the value as it would be stored, or the file. */
  readonly bytes: number
  readonly sha256: string
  /** The value itself where it is a number, a short text, true or false. */
  readonly value?: Json
  /** Some of the numbers that it is made of: how far another one is from it is measured on them. */
  readonly sample?: Sample
}

/** A lock as canonical text: keys in one order, a line for each field. Ends with a line feed. */
export function formatLock(lock: Lock): string {
  const { version, settings, device, environment, weights, models, files, plugins, nodes, seeds, prompts, sha256, workflow, outputs } = lock
  const ordered: Lock = {
    version, settings, device, environment: sortedKeys(environment), weights: sortedKeys(weights),
    models: sorted(models, ({ file }) => file), files: sorted(files, ({ file }) => file),
    plugins: sorted(plugins, ({ name }) => name), nodes: sorted(nodes, ({ type }) => type),
    seeds: sorted(seeds, placeOf), prompts: sorted(prompts, placeOf), sha256, workflow,
    ...(outputs && { outputs: sorted(outputs, ({ node, output }) => `${node}\n${output}`) }),
  }
  return `${JSON.stringify(ordered, null, 2)}\n`
}

const placeOf = ({ node, input }: { readonly node: string; readonly input: string }) => `${node}\n${input}`

function sorted<T>(list: readonly T[], keyOf: (one: T) => string): readonly T[] {
  return [...list].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
}

function sortedKeys(record: Environment): Environment {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)))
}
