import type { Registry } from '../plugins/registry.ts'
import type { CheckpointKeeper } from '../types/checkpoint.ts'
import type { Json, JsonObject } from '../types/json.ts'
import type { Paths, ResourceClass } from '../types/node-type.ts'
import type { ProvidedService } from '../types/service.ts'
import type { ResultCache } from './cache.ts'
import type { RunEvent } from './events.ts'
import type { Limits } from './limits.ts'
import type { Plan } from './plan.ts'

/** What a run is given by its host: the worker, a test, a program that embeds the engine. */
export interface RunOptions {
  readonly registry: Registry
  readonly paths: Paths
  /** The run's id, in each of its events. A random one when left out. */
  readonly run?: string
  /** Cancels the run. It ends once the nodes that are running have stopped. */
  readonly signal?: AbortSignal
  readonly onEvent?: (event: RunEvent) => void
  /** Hears what the run will do, with the keys of all nodes: what `explain` compares a later run with. */
  readonly onPlan?: (plan: Plan) => void
  /** Results of runs before this one. Nothing is kept when left out. */
  readonly cache?: ResultCache
  /** Keeps how far nodes have come, for a job that may be interrupted. */
  readonly checkpoints?: CheckpointKeeper
  readonly services?: readonly ProvidedService[]
  /** Ids of the nodes to run up to; all output nodes when left out. */
  readonly targets?: readonly string[]
  /** Which run of a batch this is, from 0: seeds that say `increment` count with it. */
  readonly index?: number
  /** Gives the numbers for seeds that say `random`, whole and from 0 to 2^53 - 1; drawn anew in each run when left out. */
  readonly draw?: () => number
  /** Refuses the workflow when anything that was asked for can't be made, instead of making the rest. */
  readonly strict?: boolean
  /** How far expansions and lists may go. */
  readonly limits?: Partial<Limits>
  /** How many nodes of a resource class run at a time. */
  readonly widths?: Partial<Widths>
  /** For hidden inputs `metadata`: what the job says about itself. */
  readonly metadata?: JsonObject
  /** What every result of this run depends on beside its inputs: device, precision, versions. Part of each key. */
  readonly environment?: Json
}

/** How many nodes of each resource class may run at a time. */
export type Widths = Readonly<Record<ResourceClass, number>>

/** One accelerator; cores and files are shared by the operating system, so a few at a time. */
export const DEFAULT_WIDTHS: Widths = { io: 8, cpu: 4, device: 1 }
