/** What happens on the server, kept up to date by its events: the queue, the newest jobs, and how their nodes stand. */
import type { ReadonlySignal } from '@preact/signals'
import type { UiResult } from '../../core/types/node-type.ts'
import type { Problem } from '../../core/workflow/problem.ts'
import type { Job, JobResult } from '../../server/client/index.ts'
import type { NodeActivity, NodeMedia } from '../graph/canvas.ts'
import type { EditorDocument } from '../app/document.ts'

export interface JobView {
  readonly job: Job
  /** By the id of the node in the file that the person sees. */
  readonly activity: ReadonlyMap<string, NodeActivity>
  /** What nodes have shown. */
  readonly ui: ReadonlyMap<string, UiResult>
  readonly media: ReadonlyMap<string, NodeMedia>
  /** Of the whole run, 0 to 1. */
  readonly share: number
  /** Seconds that it will still take, once that can be said. */
  readonly secondsLeft?: number
  readonly problem?: Problem
  readonly result?: JobResult
}

export interface QueueView {
  readonly running: readonly Job[]
  /** In their order; the first 200. */
  readonly queued: readonly Job[]
  readonly queuedCount: number
  readonly isPaused: boolean
  /** The newest first. */
  readonly ended: readonly Job[]
}

export interface RunBook {
  readonly connection: ReadonlySignal<'connecting' | 'open' | 'lost'>
  readonly queue: ReadonlySignal<QueueView>
  /** A job that is known: followed live while it runs; fetched when it has ended. */
  job(id: string): ReadonlySignal<JobView | undefined>
  /** The job that the document shows. */
  shown(document: EditorDocument): ReadonlySignal<JobView | undefined>
  /** Queues the document's workflow as often as the settings say. Problems that the server finds are told and shown on their nodes. */
  run(document: EditorDocument, options?: { readonly front?: boolean; readonly targets?: readonly string[]; readonly times?: number }): Promise<readonly Job[]>
  cancel(job: string): Promise<void>
}
