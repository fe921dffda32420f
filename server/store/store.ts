/**
 * What is durable: jobs, the names of published files, idempotency keys, saved workflows. A promise of this interface
 * resolves when what it says is on the disk. Behind it: one SQLite file in a thread of its own (store/open-store.ts).
 */
import type { FinalState, JobState } from '../job/states.ts'
import type { Job, JobOrigin, JobRecord, JobRequest, JobResult, PublishedFile } from '../job/job.ts'
import type { Problem } from '../../core/workflow/problem.ts'

export interface NewJob {
  readonly id: string
  readonly title: string
  readonly nodes: number
  readonly request: JobRequest
  readonly origin: JobOrigin
  readonly created: number
  /** `front`: before all that wait, or before one of them; a number: ComfyUI's, lower first. At the end when left out. */
  readonly place?: 'front' | number | { readonly before: string }
  /** The same key with the same request gives the same job, for 24 hours. */
  readonly idempotency?: { readonly key: string; readonly owner: string; readonly requestHash: string }
}

/**
 * `taken`: another job has the id. `conflict`: the key was used for another request. `unplaced`: the job before which it
 * should go does not wait. `full`: no more fit the queue.
 */
export type SubmitOutcome =
  | { readonly status: 'accepted' | 'repeated'; readonly job: Job; /** Jobs that wait before it. */ readonly ahead: number }
  | { readonly status: 'taken' | 'conflict' | 'unplaced' }
  | { readonly status: 'full'; readonly queued: number; readonly limit: number }

/** How a job ended. */
export interface Ending {
  readonly state: FinalState
  readonly at: number
  readonly problem?: Problem
  readonly result?: JobResult
}

export interface Requeue {
  readonly at: number
  readonly notBefore?: number
  readonly problem: Problem
  /** Counts as a worker that died of it. */
  readonly death: boolean
  /** It was stopped for no fault of its own: the attempt that `started` counted is taken back. */
  readonly uncounted?: true
}

/** One page of a list: newest (history) or first (queue) at the top. `next` asks for what follows. */
export interface JobPage {
  readonly jobs: readonly Job[]
  readonly next?: string
  readonly total: number
}

export interface HistoryQuery {
  readonly states?: readonly JobState[]
  readonly limit: number
  /** From `next` of the page before. Constant time, however far back. */
  readonly after?: string
  /** ComfyUI's pages count from the oldest. */
  readonly order?: 'newest' | 'oldest'
  readonly offset?: number
  readonly owner?: string
}

/** What stood in the store when it was opened. */
export interface Recovery {
  /** Jobs that a crash interrupted; they are queued again. */
  readonly requeued: readonly string[]
  /** Jobs that were to stop when a crash interrupted them. */
  readonly cancelled: readonly string[]
  /** Jobs that crashes interrupted too often. */
  readonly quarantined: readonly string[]
  /** Set where the log's end was cut off: what the last whole commit held is there. */
  readonly truncated?: string
}

export interface StoredWorkflow {
  readonly name: string
  readonly etag: string
  readonly modified: number
  readonly bytes: number
}

export interface Counts {
  readonly byState: Readonly<Record<JobState, number>>
  readonly databaseBytes: number
}

export interface FileToName {
  readonly job: string
  readonly node: string
  readonly index: number
  readonly prefix: string
  readonly extension: string
  /** Of what is about to be moved there. Kept with the name. */
  readonly sha256: string
  /** The filename that `named` gave, and that a file has which is not ours. */
  readonly taken?: string
}

export interface NamedFile {
  readonly filename: string
  /** Below the output folder; '' for the folder itself. */
  readonly subfolder: string
  readonly isNew: boolean
  /** The contents that earlier attempts were about to move there: a file that is one of them is ours. */
  readonly earlier: readonly string[]
}

export interface JobStore {
  readonly recovery: Recovery
  submit(job: NewJob): Promise<SubmitOutcome>
  /** Counts an attempt. False when the job is not queued any more. Not awaited before the work begins. */
  started(id: string, at: number): Promise<boolean>
  /** False when it has ended before: the first ending stands. */
  ended(id: string, ending: Ending): Promise<boolean>
  requeued(id: string, requeue: Requeue): Promise<boolean>
  /** Somebody wants a running job to stop: should the server end before it has, it is cancelled and not run again. False when it has ended. */
  cancelling(id: string): Promise<boolean>
  /** Moves a queued job: before another one, or to the front or the end. False when it is not queued. */
  moved(id: string, to: { readonly before: string } | 'front' | 'end'): Promise<boolean>
  /**
   * The name for good of a file, the same one however often a job's node asks for its n-th file. `isNew`: nobody was
   * told before, so the file is to be moved there. Never a name that a file has had. With `taken`: another name for good,
   * since a file that is not ours has this one; it counts as new.
   */
  named(file: FileToName): Promise<NamedFile>
  published(job: string, file: PublishedFile): Promise<void>
  filesOf(job: string): Promise<readonly PublishedFile[]>
  get(id: string): Promise<JobRecord | undefined>
  /** Requests of queued jobs, for those that are about to run. */
  requests(ids: readonly string[]): Promise<ReadonlyMap<string, { readonly request: JobRequest; readonly origin: JobOrigin }>>
  queue(limit: number, after?: string): Promise<JobPage>
  history(query: HistoryQuery): Promise<JobPage>
  /** Whole records of those that are there, in the order of their ids here: for ComfyUI's history. */
  records(ids: readonly string[]): Promise<readonly JobRecord[]>
  /** All that wait, in their order: read once at start, mirrored in memory then. */
  waiting(): Promise<readonly Job[]>
  /** Removes ended jobs from the history (never alive ones). Gives how many. */
  forget(which: { readonly ids: readonly string[] } | 'all'): Promise<number>
  /** Removes ended jobs that are older than `before`, then the oldest until records take at most `bytes`. */
  prune(limits: { readonly before?: number; readonly bytes?: number; readonly count?: number }): Promise<number>
  paused(value?: boolean): Promise<boolean>
  counts(): Promise<Counts>
  readonly workflows: WorkflowStore
  /** Whether it can write: for /ready. */
  check(): Promise<void>
  /** How many calls have failed that were right in themselves, since it was opened: the disk was full, the thread ended. */
  readonly failures: number
  close(): Promise<void>
}

/** Saved workflows by name (`folder/name`), as text, with the last 50 versions of each. */
export interface WorkflowStore {
  list(): Promise<readonly StoredWorkflow[]>
  read(name: string, etag?: string): Promise<{ readonly text: string; readonly etag: string; readonly modified: number } | undefined>
  versions(name: string): Promise<readonly StoredWorkflow[]>
  /** `expected`: the etag that is to be replaced, null for "must not exist", undefined for "whatever is there". */
  write(name: string, text: string, expected: string | null | undefined): Promise<{ readonly status: 'saved'; readonly etag: string } | { readonly status: 'conflict'; readonly etag?: string }>
  move(from: string, to: string, overwrite: boolean): Promise<'moved' | 'missing' | 'taken'>
  remove(name: string, expected?: string): Promise<'removed' | 'missing' | 'conflict'>
}
