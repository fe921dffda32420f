import type { BlockOrigin } from '../types/blocked.ts'
import type { UiResult } from '../types/node-type.ts'
import type { Problem } from '../workflow/problem.ts'
import type { ResolvedSeed } from '../workflow/seeds.ts'
import type { MappedNode } from './count-items.ts'
import type { NamedOutput } from './named-outputs.ts'
import type { Progress } from './progress.ts'
import type { ResolvedPrompt } from './resolve-inputs.ts'
import type { NodeWarning } from './result.ts'

/** The version of the event format, in each event. */
export const EVENT_VERSION = 1

/** What a run will do, by node ids of the file. */
export interface PlanSummary {
  /** Will run. */
  readonly run: readonly string[]
  /** Needed, and known already. */
  readonly cached: readonly string[]
  /** In the file, but nothing that was asked for needs them. */
  readonly skipped: readonly string[]
  /** Needed only if a lazy input asks for them. */
  readonly lazy?: readonly string[]
  /** Run once for each item of a list: how often, where that is known before. */
  readonly mapped?: readonly MappedNode[]
}

/** A node that an expansion added. */
export interface AddedNode {
  readonly node: string
  readonly type: string
}

/** Which node an event is about. */
export interface EventNode {
  /** The node's own path, through subgraphs and expansion; for a node of the file, its id. */
  readonly node: string
  /** The id of the node in the file that the person sees. */
  readonly shown: string
}

/** What happens in a run. */
export type RunEventBody =
  | { readonly type: 'run.started'; readonly plan: PlanSummary; readonly seeds?: readonly ResolvedSeed[]; readonly prompts?: readonly ResolvedPrompt[] }
  /** What was asked for and can't be made, each with the numbers of its problems; the rest runs. */
  | { readonly type: 'run.dropped'; readonly outputs: readonly DroppedEntry[]; readonly problems: readonly Problem[] }
  | ({ readonly type: 'node.cached'; readonly ui?: UiResult } & EventNode)
  | ({ readonly type: 'node.started' } & EventNode)
  | ({ readonly type: 'node.progress' } & Progress & EventNode)
  | ({ readonly type: 'node.warning' } & NodeWarning & EventNode)
  /** Outputs can be read although the node still runs. */
  | ({ readonly type: 'node.published'; readonly outputs: readonly string[] } & EventNode)
  /** A graph has taken its place; it is done when that is. */
  | ({ readonly type: 'node.expanded'; readonly nodes: readonly AddedNode[] } & EventNode)
  /** Did not run, since what it needs is blocked: by which node, and what that says. */
  | ({ readonly type: 'node.skipped'; readonly by: BlockOrigin; readonly message?: string } & EventNode)
  | ({ readonly type: 'node.done'; readonly seconds: number; readonly ui?: UiResult } & EventNode)
  | ({ readonly type: 'node.failed'; readonly error: Problem } & EventNode)
  /** Was running when the run was cancelled or failed elsewhere. */
  | ({ readonly type: 'node.cancelled' } & EventNode)
  /** `outputs`: what came out at the outputs that the workflow names. */
  | { readonly type: 'run.done'; readonly seconds: number; readonly outputs?: readonly NamedOutput[] }
  | { readonly type: 'run.failed'; readonly seconds: number; readonly error: Problem }
  | { readonly type: 'run.cancelled'; readonly seconds: number }

/** An output that can't be made, and where its problems stand in the list beside it. */
export interface DroppedEntry {
  readonly node: string
  readonly problems: readonly number[]
}

/** What stands in every event. */
export interface EventStamp {
  readonly v: typeof EVENT_VERSION
  /** The run's id. */
  readonly run: string
  /** Counts from 0 without a gap, so that a reader knows when it missed one. */
  readonly seq: number
  /** Milliseconds since 1970. */
  readonly at: number
}

/** One event of a run: plain data, read alike by CLI, server, history and editor. Switch on `type`. */
export type RunEvent = EventStamp & RunEventBody

/** Stamps events and hands them on. After the last event of the run nothing is sent any more. */
export class EventStream {
  readonly #run: string
  readonly #listener: ((event: RunEvent) => void) | undefined
  readonly #now: () => number
  #seq = 0
  #ended = false

  constructor(run: string, listener: ((event: RunEvent) => void) | undefined, now: () => number = Date.now) {
    this.#run = run
    this.#listener = listener
    this.#now = now
  }

  /** Sends one event. */
  emit(body: RunEventBody): void {
    if (this.#ended) return
    this.#ended = body.type === 'run.done' || body.type === 'run.failed' || body.type === 'run.cancelled'
    const event: RunEvent = { v: EVENT_VERSION, run: this.#run, seq: this.#seq++, at: this.#now(), ...body }
    try {
      this.#listener?.(event)
    } catch (error) {
      // A mistake of the listener's is not the run's: it surfaces as an uncaught exception, and the run goes on.
      queueMicrotask(() => {
        throw error
      })
    }
  }
}
