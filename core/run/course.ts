import type { CheckpointKeeper } from '../types/checkpoint.ts'
import type { Paths } from '../types/node-type.ts'
import type { HiddenValues } from '../types/port.ts'
import type { MaybePromise } from '../types/json.ts'
import type { TypedValue } from '../types/value-type.ts'
import type { ResultCache } from './cache.ts'
import type { EventStream } from './events.ts'
import type { Widths } from './host.ts'
import type { Limits } from './limits.ts'
import type { OpenContext } from './node-context.ts'
import type { NodeResult } from './result.ts'
import type { KeyedNode, RunGraph } from './run-graph.ts'
import type { StepBoard } from './step-board.ts'
import type { Step } from './step.ts'
import type { Arrivals, Handing } from './values.ts'

/** What an execution works with. */
export interface ExecutionHost {
  readonly cache: ResultCache
  readonly events: EventStream
  readonly paths: Paths
  readonly services: ReadonlyMap<string, unknown>
  readonly checkpoints: CheckpointKeeper | undefined
  readonly widths: Widths
  readonly limits: Limits
  /** Cancels the run. */
  readonly signal: AbortSignal
  /** What only the engine knows, for a node. */
  hidden(kind: keyof HiddenValues, node: KeyedNode): unknown
}

/** A run in its course, as the parts of the executor see it. */
export interface Course {
  readonly host: ExecutionHost
  readonly graph: RunGraph
  readonly board: StepBoard
  /** Aborted when the run is cancelled or has failed. */
  readonly signal: AbortSignal
  /** Starts what can start. */
  advance(): void
  /** Does some work for a step, at once or with a wait in it; what it throws ends the step. */
  track(step: Step, work: () => MaybePromise<void>): void
  /** Goes on with a step in whose place others have come to an end, as soon as the stack is free. */
  settleLater(step: Step): void
  /** Ends a step well with these outputs. */
  succeed(step: Step, outputs: ReadonlyMap<string, TypedValue>, open?: OpenContext): void
  /** The same, for a step in whose place others ran, or that read from nodes which still run: once those have ended. */
  succeedAfterStreams(step: Step, outputs: ReadonlyMap<string, TypedValue>, open?: OpenContext): MaybePromise<void>
}

/** What a node was given for one run. */
export interface Got {
  readonly inputs: Readonly<Record<string, unknown>>
  readonly arrivals: Arrivals
}

/** How a node gets its inputs: copies, unless it belongs to the engine. */
export function handingFor({ host }: Course, planned: KeyedNode): Handing {
  return { hidden: (kind) => host.hidden(kind, planned), copies: !planned.registered.plugin.trusted }
}

/** What ran in the place of a node has shown and warned for it, and taken its time. */
export function inherit(parent: Step, part: Pick<NodeResult, 'ui' | 'warnings' | 'seconds'>): void {
  const { ui, warnings, seconds } = part
  if (ui) (parent.shown ??= []).push(ui)
  for (const warning of warnings) (parent.warnings ??= []).push(warning)
  parent.seconds += seconds
}

/** Marks a step as begun: which of its sources still run, it has to outlast. */
export function begin(step: Step, phase: 'running' | 'mapping'): void {
  step.phase = phase
  step.began = performance.now()
  for (const source of step.sources) if (!source.hasEnded) step.streams = [...step.streams, source]
}

/** Seconds since a time of `performance.now()`, to the microsecond: enough, and short in events. */
export function secondsSince(began: number): number {
  return Math.round((performance.now() - began) * 1000) / 1e6
}
