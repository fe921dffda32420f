/** What the routes and sockets of both APIs work with. Made once by start.ts; tests make one with a folder of their own. */
import type { Definitions, NodeDefinition } from '../core/types/definition.ts'
import type { Problem } from '../core/workflow/problem.ts'
import type { Workflow } from '../core/workflow/workflow.ts'
import type { AnswerOf, DeviceName, Folders, Request } from '../worker/protocol.ts'
import type { ServerConfig } from './config/config.ts'
import type { EventFeed } from './events/feed.ts'
import type { CounterName, HistogramName, Labels } from './operations/metrics-table.ts'
import type { JobStore, NewJob, SubmitOutcome } from './store/store.ts'
import type { Job, JobOrigin, JobRequest } from './job/job.ts'

export type Scope = 'run' | 'edit' | 'admin'

/** Who a request comes from: set by security/ before any route, as `response.locals.principal`. */
export interface Principal {
  readonly name: string
  readonly scopes: ReadonlySet<Scope>
}

/** The queue as routes use it: everything that changes a job goes through here. */
export interface JobQueue {
  /** Puts a checked job into the queue; resolves when it is on the disk. */
  submit(job: Omit<NewJob, 'id' | 'created'> & { readonly id?: string }): Promise<SubmitOutcome>
  /** Idempotent: `ended` when there was nothing left to cancel. A running job is asked, then killed after the grace time. */
  cancel(id: string): Promise<'cancelled' | 'cancelling' | 'ended' | 'missing'>
  move(id: string, to: { readonly before: string } | 'front' | 'end'): Promise<boolean>
  /** The running jobs go on. */
  pause(): Promise<void>
  resume(): Promise<void>
  readonly isPaused: boolean
  /** Cancels all that wait. */
  clear(): Promise<number>
  running(): readonly Job[]
  waiting(limit: number): readonly Job[]
  readonly size: { readonly running: number; readonly queued: number }
  /** Frees memory of the workers: their caches, their sessions. */
  free(what: { readonly sessions: boolean; readonly results: boolean }): Promise<void>
}

/** A device that runs nothing yet, or can't. */
export interface UnreadyDevice {
  readonly device: DeviceName
  /** Why it can't be opened; undefined while its worker is on its way. */
  readonly problem?: string
}

/** Questions that only a worker can answer, each within a time limit. */
export interface WorkerDesk {
  /** @throws Busy (503, with seconds to wait) when no worker answers in time; WorkflowError when it cannot answer */
  ask<R extends Exclude<Request, { readonly type: 'run' }>>(request: R, limit?: number): Promise<AnswerOf<R>>
  /** Definitions with their choices looked up, as of the last time the worker said; refreshed when `fresh`. */
  definitions(fresh?: boolean): Promise<Definitions>
  list(): readonly NodeDefinition[]
  /** Whether the worker of each device has answered, with the runtime imported. */
  readonly isReady: boolean
  /** The devices whose worker has not. */
  readonly unready: readonly UnreadyDevice[]
  readonly restarts: number
}

/** Checks a workflow for a submission, in this process where that is possible, by a worker where hooks are to be asked. */
export interface Admission {
  /** All that is wrong, with nothing dropped; empty when it may be queued. */
  check(request: JobRequest, origin: JobOrigin): Promise<Checked>
}
export interface Checked {
  readonly workflow: Workflow
  readonly problems: readonly Problem[]
  /** Output nodes that can be made, and those that can't. With none left, the job is refused. */
  readonly good: readonly string[]
  readonly bad: readonly string[]
}

export interface Services {
  readonly config: ServerConfig
  readonly folders: Folders & { readonly data: string }
  readonly store: JobStore
  readonly queue: JobQueue
  readonly feed: EventFeed
  readonly desk: WorkerDesk
  readonly admission: Admission
  readonly log: Log
  readonly metrics: Metrics
}

/** Structured log lines: never prompts, tokens or whole workflows. */
export interface Log {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

export interface Metrics {
  /** Counts and times by name; names and labels are listed in operations/metrics-table.ts. */
  count(name: CounterName, labels?: Labels, by?: number): void
  observe(name: HistogramName, value: number, labels?: Labels): void
  text(): Promise<string>
}
