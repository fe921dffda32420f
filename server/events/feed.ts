/**
 * What happens, in one order for everybody: each entry has a cursor, and who was away asks for what came after the last
 * one they saw. The newest entries are kept in memory; who was away for longer gets a snapshot, which says how all that
 * is alive stands, and which jobs ended since.
 */
import type { PlanSummary, RunEvent } from '../../core/run/events.ts'
import type { NodeRef, Problem } from '../../core/workflow/problem.ts'
import type { ResolvedSeed } from '../../core/workflow/seeds.ts'
import type { SamplerPreview } from '../../worker/protocol-files.ts'
import type { Job, JobResult } from '../job/job.ts'

/** What can happen to a job. Run events come as the worker sends them. */
export type JobEvent =
  | { readonly type: 'job.queued'; readonly job: Job }
  /** Its place or its waiting time changed, or it waits again after a failed attempt. */
  | { readonly type: 'job.changed'; readonly job: Job }
  | { readonly type: 'job.started'; readonly job: Job }
  /** How the nodes of the run are called; before its first run event. */
  | { readonly type: 'job.graph'; readonly nodes: readonly NodeRef[] }
  | { readonly type: 'run'; readonly event: RunEvent }
  /** It is in the history: the last that is said of it. */
  | { readonly type: 'job.ended'; readonly job: Job; readonly result?: JobResult }
  /** It was removed from the history. */
  | { readonly type: 'job.forgotten' }

/** What can happen to the queue as a whole. */
export type QueueEvent = { readonly type: 'queue'; readonly running: number; readonly queued: number; readonly paused: boolean }

/** Ended jobs were removed together: whoever shows the history asks for it again. Those of a snapshot are told one by one too. */
export type HistoryEvent = { readonly type: 'history'; readonly removed: number }

export type FeedEntry =
  | { readonly cursor: string; readonly job: string; readonly event: JobEvent }
  | { readonly cursor: string; readonly event: QueueEvent | HistoryEvent }

/** A preview of a running sampler: binary, never kept beyond the newest, never replayed but in a snapshot. */
export interface Preview extends Omit<SamplerPreview, 'paths'> {
  readonly job: string
  /** JPEG files in their order. */
  readonly frames: readonly Uint8Array[]
}

/** How a running job stands. Nodes that are not named have not been reached. */
export interface JobSnapshot {
  readonly job: Job
  readonly nodes: readonly NodeRef[]
  readonly done: readonly string[]
  readonly cached: readonly string[]
  /** With the newest progress. */
  readonly running: readonly { readonly node: string; readonly shown: string; readonly value?: number; readonly max?: number; readonly seconds?: number }[]
  /** What output nodes have shown so far, by path. */
  readonly ui: Readonly<Record<string, unknown>>
  readonly warnings: readonly { readonly node: string; readonly message: string }[]
  /** What it was about to do when it began. */
  readonly plan?: PlanSummary
  /** Seeds that were drawn for it. */
  readonly seeds?: readonly ResolvedSeed[]
  /** What did not run, since what it needs was blocked. */
  readonly skipped?: readonly { readonly node: string; readonly shown: string; readonly message?: string }[]
  readonly problem?: Problem
}

export interface Snapshot {
  readonly cursor: string
  readonly queue: QueueEvent
  readonly running: readonly JobSnapshot[]
  /** The first that wait, and the newest that ended. */
  readonly queued: readonly Job[]
  readonly ended: readonly Job[]
}

export interface EventFeed {
  emit(event: QueueEvent | HistoryEvent): void
  emit(event: JobEvent, job: Job): void
  preview(preview: Preview): void
  /** Entries after a cursor; undefined when it is too old or of another life of the server: then a snapshot is due. */
  since(cursor: string): readonly FeedEntry[] | undefined
  snapshot(): Promise<Snapshot>
  lastPreview(job: string): Preview | undefined
  /** Listeners must not throw and must not block. */
  subscribe(listener: { onEntry(entry: FeedEntry, job?: Job): void; onPreview?(preview: Preview): void }): () => void
}
