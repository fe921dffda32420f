/** What happens on the server, kept up to date by its events: the queue, the newest jobs, and how their nodes stand. */
import type { ReadonlySignal } from '@preact/signals'
import type { UiResult } from '../../core/types/node-type.ts'
import type { Problem } from '../../core/workflow/problem.ts'
import type { ResolvedSeed } from '../../core/workflow/seeds.ts'
import type { Workflow } from '../../core/workflow/workflow.ts'
import type { Job, JobResult } from '../../server/client/index.ts'
import type { NodeActivity, NodeMedia } from '../graph/canvas.ts'
import type { GraphPath } from '../graph/scene.ts'
import type { EditorDocument } from '../app/document.ts'

/** What is drawn on top of a graph, by the ids of its nodes. */
export interface RunPicture {
  readonly activity: ReadonlyMap<string, NodeActivity>
  readonly media: ReadonlyMap<string, NodeMedia>
}

/** A job as it stands. Its own picture is that of the workflow's outermost graph. */
export interface JobView extends RunPicture {
  readonly job: Job
  /** What nodes have shown. */
  readonly ui: ReadonlyMap<string, UiResult>
  /** Of the whole run, 0 to 1. */
  readonly share: number
  /** Seconds that it will still take, once that can be said. */
  readonly secondsLeft?: number
  /** The node of the file that works now, and what it says. */
  readonly current?: { readonly node: string; readonly type?: string; readonly title?: string; readonly text?: string }
  /** Seeds that the engine drew for it. */
  readonly seeds: readonly ResolvedSeed[]
  readonly problem?: Problem
  readonly result?: JobResult
  /** The picture of a graph that was entered. */
  inside(path: GraphPath): RunPicture
  /** What a node has shown that lies at this path, all in it together. */
  uiAt(path: GraphPath): UiResult
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

export interface RunOptions {
  readonly front?: boolean
  /** Run up to these nodes of the graph that the document shows. */
  readonly targets?: readonly string[]
  readonly times?: number
}

export interface RunBook {
  readonly connection: ReadonlySignal<'connecting' | 'open' | 'lost'>
  readonly queue: ReadonlySignal<QueueView>
  /** Grows whenever jobs came into the history or left it: lists of it are to be asked for again. */
  readonly historyVersion: ReadonlySignal<number>
  /** A job that is known: followed live while it runs; fetched when it has ended. */
  job(id: string): ReadonlySignal<JobView | undefined>
  /** The job that the document shows. */
  shown(document: EditorDocument): ReadonlySignal<JobView | undefined>
  /** What a canvas draws on the graph that the document shows now: its job, and what the server refused of it. */
  picture(document: EditorDocument): ReadonlySignal<RunPicture>
  /** What the server found wrong with the document when it was to run; none once it was changed. */
  refusals(document: EditorDocument): ReadonlySignal<readonly Problem[]>
  /** Queues the document's workflow as often as the settings say. Problems that the server finds are told and shown on their nodes. */
  run(document: EditorDocument, options?: RunOptions): Promise<readonly Job[]>
  cancel(job: string): Promise<void>
  /** Cancels all that wait. */
  cancelWaiting(): Promise<void>
  pause(): Promise<void>
  resume(): Promise<void>
  /** Moves a job that waits. */
  move(job: string, to: 'front' | 'end' | { readonly before: string }): Promise<void>
  /** Runs a job again, with the graph and the values that it had. */
  rerun(job: string): Promise<void>
  /** The graph that a job ran. */
  workflow(job: string): Promise<Workflow>
  /** Opens the graph of a job in a tab, which shows that job. */
  openGraph(job: string): Promise<void>
  /** Takes an ended job out of the history. Its files stay. */
  forget(job: string): Promise<void>
  dispose(): void
}
