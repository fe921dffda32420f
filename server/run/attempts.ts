/** What happens to jobs while workers have them, and what becomes of them then. */
import { readFile, rm } from 'node:fs/promises'
import type { RunEvent } from '../../core/run/events.ts'
import type { NodeRef, Problem } from '../../core/workflow/problem.ts'
import type { PublishedName, SamplerPreview, StagedFile } from '../../worker/protocol-files.ts'
import type { EventFeed } from '../events/feed.ts'
import type { Job } from '../job/job.ts'
import type { FinalState } from '../job/states.ts'
import type { Ending, JobStore } from '../store/store.ts'
import { earlierFiles } from './earlier-files.ts'
import type { Flight } from './flight.ts'
import type { LaneHost } from './lane.ts'
import type { Ledger } from './ledger.ts'
import { nameOf, publishFile } from './publication.ts'
import type { RequestShelf } from './request-shelf.ts'
import { judge } from './retry-rule.ts'
import type { Outcome } from './retry-rule.ts'
import type { Track } from './track.ts'

export interface AttemptsOptions {
  readonly store: JobStore
  readonly feed: EventFeed
  readonly ledger: Ledger
  readonly shelf: RequestShelf
  /** The output folder. */
  readonly output: string
  readonly maxAttempts: number
  readonly trackOf: (job: Job) => Track
  /** Puts a job back into the line. */
  readonly enter: (job: Job) => void
  readonly end: (job: Job, ending: Omit<Ending, 'at'>) => Promise<void>
  /** Whether a job was cancelled on its way back into the line; asked once. */
  readonly isUnwanted: (id: string) => boolean
  /** More or fewer run or wait; a worker may have room. */
  readonly changed: (track?: Track) => void
}

export class Attempts implements LaneHost {
  readonly #options: AttemptsOptions

  constructor(options: AttemptsOptions) {
    this.#options = options
  }

  started(flight: Flight): void {
    const { feed } = this.#options
    flight.job = this.#options.ledger.start(flight.job)
    if (flight.nodes.length > 0) feed.emit({ type: 'job.graph', nodes: flight.nodes }, flight.job)
    this.#options.changed()
  }

  graph(flight: Flight, nodes: readonly NodeRef[]): void {
    if (flight.hasStarted) this.#options.feed.emit({ type: 'job.graph', nodes }, flight.job)
    else flight.nodes.push(...nodes)
  }

  event(flight: Flight, event: RunEvent): void {
    flight.record.note(event)
    this.#options.feed.emit({ type: 'run', event }, flight.job)
  }

  async publish(flight: Flight, file: StagedFile): Promise<PublishedName> {
    const { store, output } = this.#options
    const published = await publishFile(store, output, flight.job.id, file)
    flight.record.files.push(published)
    return nameOf(published)
  }

  preview({ job }: Flight, preview: SamplerPreview): void {
    void this.#show(job, preview)
  }

  settled(flight: Flight, outcome: Outcome): void {
    flight.onSettled()
    const track = this.#options.trackOf(flight.job)
    if (outcome.how === 'answer') track.lane.slot.didWork()
    const { job, hasStarted, wish, isOver } = flight
    if (isOver) return this.#options.changed(track)
    if (!hasStarted && isUntouched(flight, outcome)) {
      this.#options.shelf.keep(job.id, flight.request)
      track.add(job)
      return this.#options.changed(track)
    }
    if (!hasStarted && outcome.how === 'death') flight.job = this.#options.ledger.start(job)
    const verdict = judge({ outcome, job: flight.job, wish, before: flight.before, maxAttempts: this.#options.maxAttempts })
    if (verdict.to === 'ended') void this.#endFlight(flight, verdict)
    else void this.#requeue(flight, verdict)
    this.#options.changed(track)
  }

  async #endFlight(flight: Flight, { state, problem }: { readonly state: FinalState; readonly problem?: Problem }): Promise<void> {
    const { job, record, hasStarted } = flight
    const device = this.#options.trackOf(job).lane.slot.device
    const isFirst = job.attempts === 1 && flight.before === undefined
    const made = isFirst ? record.files : await this.#options.store.filesOf(job.id).catch(() => record.files)
    const files = record.showsKnown ? [...made, ...await earlierFiles(this.#options.output, record.nodes)] : made
    await this.#options.end(job, { state, ...(problem && { problem }), ...(hasStarted && { result: record.result(device, files) }) })
  }

  async #requeue(flight: Flight, verdict: Parameters<Ledger['requeue']>[1]): Promise<void> {
    const job = await this.#options.ledger.requeue(flight.job, verdict)
    if (job === undefined) return
    if (this.#options.isUnwanted(job.id)) return void this.#options.end(job, { state: 'cancelled' })
    this.#options.shelf.offer(job.id, flight.request)
    this.#options.enter(job)
  }

  async #show(job: Job, { paths, ...preview }: SamplerPreview): Promise<void> {
    const frames = await Promise.all(paths.map((path) => readFile(path))).catch(() => [])
    for (const path of paths) void rm(path, { force: true }).catch(() => {})
    if (frames.length > 0) this.#options.feed.preview({ job: job.id, ...preview, frames })
  }
}

/** Whether nothing has been done yet for a job that has not started: it was called back, or its worker died before its turn. */
function isUntouched({ wasBegun }: Flight, outcome: Outcome): boolean {
  if (outcome.how === 'death') return !wasBegun
  return outcome.how === 'answer' && (outcome.answer.status === 'cancelled' || outcome.answer.status === 'interrupted')
}
