/**
 * What the store's thread does when it is asked: plain values only, and large ones as JSON texts, which are made and
 * parsed once, in the thread that has the objects anyway.
 */
import type { PublishedFile } from '../job/job.ts'
import type { FileToName, NamedFile, StoredWorkflow } from './store.ts'
import type { StoreErrorData } from './store-error.ts'

/** A page's rows as one JSON text; rows.ts reads it. */
export type RowsText = string

export interface NewRow {
  readonly id: string
  readonly head: string
  readonly request: string
  readonly origin: string
  readonly owner: string | null
  readonly created: number
  /** Size of request and origin. */
  readonly bytes: number
  readonly place: Place | number
  readonly idempotency?: { readonly key: string; readonly owner: string; readonly hash: string }
}

export type SubmitReply =
  | { readonly status: 'accepted'; readonly seq: number; readonly rank: number; readonly ahead: number }
  | { readonly status: 'repeated'; readonly rows: RowsText; readonly ahead: number }
  | { readonly status: 'taken' | 'conflict' | 'unplaced' }
  | { readonly status: 'full'; readonly queued: number; readonly limit: number }

/** One part of the history: jobs of these states, along `seq` for those that live, along the order of endings else. */
export interface HistoryPart {
  readonly states: readonly number[]
  readonly along: 'seq' | 'fin'
  readonly descending: boolean
  readonly after: number | null
  readonly owner: string | null
  readonly limit: number
  readonly offset: number
}

export interface RecordText {
  readonly rows: RowsText
  readonly request: string
  readonly origin: string
  readonly result: string | null
}

export type Place = { readonly before: string } | 'front' | 'end'

/** Those that change something: all that came together are done in one transaction. */
export interface Writes {
  submit(job: NewRow): SubmitReply
  started(id: string, at: number): boolean
  ended(id: string, state: number, at: number, problem: string | null, result: string | null, bytes: number): boolean
  requeued(id: string, notBefore: number | null, problem: string, deaths: 0 | 1, taken: 0 | 1): boolean
  cancelling(id: string): boolean
  moved(id: string, to: Place): boolean
  named(file: FileToName): NamedFile
  published(job: string, file: PublishedFile): void
  /** Removes up to `limit` ended jobs whose ending is not after `last`. */
  forgetSome(last: number, limit: number): number
  forget(ids: readonly string[]): number
  pruneSome(before: number | null, bytes: number | null, count: number | null, limit: number): number
  pause(value: 0 | 1): void
  touch(at: number): void
  writeWorkflow(name: string, text: string, bytes: number, etag: string, expected: string | null | undefined, at: number):
    { status: 'saved'; etag: string } | { status: 'conflict'; etag?: string }
  moveWorkflow(from: string, to: string, overwrite: boolean): 'moved' | 'missing' | 'taken'
  removeWorkflow(name: string, expected: string | undefined): 'removed' | 'missing' | 'conflict'
}

/** Those that change nothing: answered after the changes that were asked for before them. */
export interface Reads {
  get(id: string): RecordText | undefined
  records(ids: readonly string[]): readonly RecordText[]
  requests(ids: readonly string[]): readonly (readonly [id: string, request: string, origin: string])[]
  queue(limit: number, after: readonly [rank: number, seq: number] | null): { rows: RowsText; total: number }
  history(part: HistoryPart): RowsText
  total(states: readonly number[], owner: string | null): number
  lastEnding(): number
  filesOf(job: string): readonly PublishedFile[]
  isPaused(): boolean
  counts(): { byState: readonly number[]; databaseBytes: number }
  listWorkflows(): readonly StoredWorkflow[]
  readWorkflow(name: string, etag: string | undefined): { text: string; etag: string; modified: number } | undefined
  versions(name: string): readonly StoredWorkflow[]
}

export type Operations = Writes & Reads
export type OperationName = keyof Operations

/** What the thread starts with. */
export interface ThreadData {
  /** Path of the database. */
  readonly file: string
  readonly lockFile: string
  /** Where published files go: names that are there already are never given. */
  readonly outputFolder: string
  readonly queueLimit: number
  readonly maxCrashes: number
  readonly now: number
}

export interface Opened {
  readonly requeued: readonly string[]
  readonly cancelled: readonly string[]
  readonly quarantined: readonly string[]
  readonly truncated?: string
}

/** To the thread: what was called in one turn of the event loop, or a part of it. */
export type ToThread = readonly Call[] | 'close'
export type Call = readonly [call: number, name: OperationName, ...args: readonly unknown[]]

/** From the thread: first how the opening went, then the answers of one batch after the other, at last `closed`. */
export type FromThread =
  | { readonly opened: Opened }
  | { readonly refused: StoreErrorData }
  | { readonly answers: readonly Answer[] }
  | { readonly closed: true; readonly problem?: StoreErrorData }
export type Answer = readonly [call: number, value: unknown, problem?: StoreErrorData]
