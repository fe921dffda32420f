/**
 * The queue: what waits, in memory and in its order; what runs in the workers; and what becomes of it. Everything that
 * changes a job goes through here.
 */
import { randomUUID } from 'node:crypto'
import { runId } from '../../core/workflow/run-id.ts'
import type { Folders } from '../../worker/protocol.ts'
import type { ServerConfig } from '../config/config.ts'
import type { EventFeed } from '../events/feed.ts'
import { failpoint } from '../failpoints.ts'
import type { Job, JobRequest } from '../job/job.ts'
import { isFinal } from '../job/states.ts'
import type { JobQueue, Log, Metrics } from '../services.ts'
import type { JobStore, NewJob, SubmitOutcome } from '../store/store.ts'
import { Announcer } from './announcer.ts'
import { Attempts } from './attempts.ts'
import type { Flight } from './flight.ts'
import { Lane } from './lane.ts'
import { Ledger } from './ledger.ts'
import { RequestShelf } from './request-shelf.ts'
import { Track } from './track.ts'
import { byOrder } from './waiting-line.ts'
import type { WorkerSlot } from './worker-slot.ts'

export interface QueueOptions {
  readonly config: ServerConfig
  readonly folders: Folders
  readonly store: JobStore
  readonly feed: EventFeed
  readonly log: Log
  readonly metrics: Metrics
  readonly slots: readonly WorkerSlot[]
}

export class Queue implements JobQueue {
  readonly #options: QueueOptions
  readonly #tracks: readonly Track[]
  readonly #shelf = new RequestShelf()
  readonly #ledger: Ledger
  readonly #announcer: Announcer
  /** Jobs that were cancelled while they were on their way back into the line. */
  readonly #unwanted = new Set<string>()
  #isPaused = false
  #isStopping = false

  constructor(options: QueueOptions) {
    const { store, feed, log, config, folders, slots } = options
    this.#options = options
    this.#ledger = new Ledger({ store, feed, log, data: config.folders.data })
    this.#announcer = new Announcer(() => feed.emit({ type: 'queue', ...this.size, paused: this.#isPaused }))
    const host = new Attempts({
      store, feed, ledger: this.#ledger, shelf: this.#shelf, output: folders.output, maxAttempts: config.queue.maxAttempts,
      trackOf: (job) => this.#trackOf(job),
      enter: (job) => this.#enter(job, 'job.changed'),
      end: (job, ending) => this.#end(job, ending),
      isUnwanted: (id) => this.#unwanted.delete(id),
      changed: (track) => this.#changed(track),
    })
    this.#tracks = slots.map((slot) => new Track({
      lane: new Lane(slot, host, config.queue.cancelGrace), shelf: this.#shelf, store, config, folders, log,
      mayStart: () => !this.#isPaused && !this.#isStopping,
      onBroken: (job, error) => this.#endBroken(job, error),
    }))
  }

  /** Takes over what waited when the server ended. */
  adopt(jobs: readonly Job[], isPaused: boolean): void {
    this.#isPaused = isPaused
    for (const job of jobs) this.#trackOf(job).line.add(job, Date.now())
    this.#changed()
  }

  /** A worker has come, or a job may start: hands on what can be. */
  pump(): void {
    for (const track of this.#tracks) track.pump()
  }

  get isPaused(): boolean {
    return this.#isPaused
  }

  get size(): { running: number; queued: number } {
    return { running: this.#ledger.running.size, queued: this.#tracks.reduce((sum, { queued }) => sum + queued, 0) }
  }

  running(): readonly Job[] {
    return [...this.#ledger.running.values()]
  }

  waiting(limit: number): readonly Job[] {
    const lists = this.#tracks.map((track) => track.waiting(limit))
    return lists.length === 1 ? lists[0] ?? [] : lists.flat().sort(byOrder).slice(0, limit)
  }

  isBusy(slot: WorkerSlot): boolean {
    return this.#tracks.some(({ lane }) => lane.slot === slot && lane.size > 0)
  }

  async submit(job: Omit<NewJob, 'id' | 'created'> & { readonly id?: string }): Promise<SubmitOutcome> {
    const id = job.id === undefined ? randomUUID() : runId(job.id)
    const outcome = await this.#options.store.submit({ ...job, id, created: Date.now() })
    failpoint('accepted')
    if (outcome.status === 'accepted') {
      this.#accept(outcome.job, job.request)
      if (typeof job.place === 'object' && !await this.#isRankOf(job.place.before)) await this.#rankAnew()
    }
    return outcome
  }

  async cancel(id: string): Promise<'cancelled' | 'cancelling' | 'ended' | 'missing'> {
    return await this.#cancelWhereItIs(id) ?? await this.#cancelWhereItIs(id) ?? 'ended'
  }

  /** Undefined when the job was just between two places: accepted and not in line yet, or on its way back into it. */
  async #cancelWhereItIs(id: string): Promise<'cancelled' | 'cancelling' | 'ended' | 'missing' | undefined> {
    for (const { line, lane } of this.#tracks) {
      const waiting = line.remove(id)
      if (waiting !== undefined) return this.#cancelWaiting(waiting)
      const flight = lane.get(id)
      if (flight !== undefined) return this.#cancelFlight(lane, flight)
    }
    const ending = this.#ledger.ending(id)
    if (ending !== undefined) await ending
    if (this.#ledger.running.has(id)) {
      this.#unwanted.add(id) // it is on its way back into the line
      await this.#options.store.cancelling(id)
      return 'cancelling'
    }
    const stored = await this.#options.store.get(id)
    if (stored === undefined) return 'missing'
    return isFinal(stored.state) ? 'ended' : undefined
  }

  async move(id: string, to: { readonly before: string } | 'front' | 'end'): Promise<boolean> {
    const { store, feed } = this.#options
    if (!await store.moved(id, to)) return false
    const record = await store.get(id)
    if (record === undefined || record.state !== 'queued') return false
    if (typeof to === 'object' && !await this.#isRankOf(to.before)) await this.#rankAnew()
    else this.#replace(record.id, record.rank)
    if (!this.#isWaiting(id)) return true // it began meanwhile, which was told
    const { request: _request, origin: _origin, result: _result, ...job } = record
    feed.emit({ type: 'job.changed', job }, job)
    return true
  }

  async pause(): Promise<void> {
    await this.#options.store.paused(true)
    this.#isPaused = true
    for (const track of this.#tracks) track.recall()
    this.#announcer.now()
  }

  async resume(): Promise<void> {
    await this.#options.store.paused(false)
    this.#isPaused = false
    this.#announcer.now()
    this.pump()
  }

  async clear(): Promise<number> {
    const ids = this.waiting(Infinity).map(({ id }) => id)
    let cleared = 0
    while (ids.length > 0) { // a part at a time, so that others get their turn
      const waiting = ids.splice(-CLEARED_AT_ONCE).filter((id) => this.#isWaiting(id)) // what began meanwhile runs on
      const outcomes = await Promise.all(waiting.map((id) => this.cancel(id)))
      cleared += outcomes.filter((one) => one === 'cancelled').length
    }
    return cleared
  }

  async free(what: { readonly sessions: boolean; readonly results: boolean }): Promise<void> {
    const ready = this.#options.slots.filter(({ isReady }) => isReady)
    await Promise.allSettled(ready.map(({ client }) => client.ask({ type: 'free', id: randomUUID(), ...what })))
  }

  /** Starts nothing more, asks what runs to save its state, and puts it back into the queue; ends workers that don't in time. */
  async suspend(seconds: number): Promise<void> {
    this.#isStopping = true
    for (const track of this.#tracks) {
      track.close()
      track.recall()
      for (const flight of track.lane.flights) if (flight.hasStarted && flight.wish === undefined) track.lane.suspend(flight)
    }
    const until = Date.now() + seconds * 1000
    while (this.#isAloft() && Date.now() < until) await pause(20)
    for (const { lane } of this.#tracks) for (const flight of lane.flights) flight.wish ??= 'suspend'
    await Promise.all(this.#options.slots.map((slot) => slot.close()))
    for (let turns = 0; this.#isAloft() && turns < 100; turns++) await pause(5)
    await this.#ledger.settled(CLOSING_SECONDS)
    this.#announcer.close()
  }

  #isAloft(): boolean {
    return this.#tracks.some(({ lane }) => lane.size > 0)
  }

  #trackOf({ device }: Pick<Job, 'device'>): Track {
    const found = device === undefined ? undefined : this.#tracks.find(({ lane }) => lane.slot.device === device)
    const track = found ?? this.#tracks[0]
    if (track === undefined) throw new Error('a server has at least one device')
    return track
  }

  #accept(job: Job, request: JobRequest): void {
    this.#shelf.offer(job.id, request)
    this.#enter(job, 'job.queued')
  }

  #enter(job: Job, type: 'job.queued' | 'job.changed'): void {
    const track = this.#trackOf(job)
    track.add(job)
    this.#options.feed.emit({ type, job }, job)
    this.#changed(track)
  }

  async #cancelWaiting(job: Job): Promise<'cancelled'> {
    this.#shelf.take(job.id)
    await this.#end(job, { state: 'cancelled' })
    return 'cancelled'
  }

  async #cancelFlight(lane: Lane, flight: Flight): Promise<'cancelled' | 'cancelling' | 'ended'> {
    if (flight.isOver) {
      await this.#ledger.ending(flight.job.id)
      return 'ended'
    }
    if (!flight.hasStarted) flight.isOver = true
    lane.stop(flight, 'cancel')
    if (!flight.isOver) {
      await this.#options.store.cancelling(flight.job.id) // a crash must not bring it back
      return 'cancelling'
    }
    await this.#end(flight.job, { state: 'cancelled' })
    return 'cancelled'
  }

  /** Whether it is in line, or the worker has it ahead and has not begun it. */
  #isWaiting(id: string): boolean {
    return this.#tracks.some(({ line, lane }) => {
      const flight = lane.get(id)
      return line.get(id) !== undefined || (flight !== undefined && !flight.hasStarted && !flight.isOver)
    })
  }

  /** Gives a waiting job another place, wherever it stands. */
  #replace(id: string, rank: number): void {
    for (const track of this.#tracks) {
      const waiting = track.line.remove(id)
      if (waiting !== undefined) {
        track.add({ ...waiting, rank })
        return track.pump()
      }
      const flight = track.lane.get(id)
      if (flight === undefined || flight.hasStarted || flight.isOver) continue
      flight.job = { ...flight.job, rank }
      if (flight.wish === undefined) track.lane.stop(flight, 'recall')
      return
    }
  }

  /** Whether the store has a job at the place at which it stands here: now and then it numbers all that wait anew. */
  async #isRankOf(id: string): Promise<boolean> {
    const rank = (await this.#options.store.get(id))?.rank
    return this.#tracks.every(({ line, lane }) => (line.get(id) ?? lane.get(id)?.job ?? { rank }).rank === rank)
  }

  async #rankAnew(): Promise<void> {
    for (const { id, rank } of await this.#options.store.waiting()) {
      const known = this.#tracks.some(({ line, lane }) => (line.get(id) ?? lane.get(id)?.job)?.rank === rank)
      if (!known) this.#replace(id, rank)
    }
  }

  async #end(job: Job, ending: Omit<Parameters<Ledger['end']>[1], 'at'>): Promise<void> {
    await this.#ledger.end(job, { ...ending, at: Date.now() })
    this.#announcer.soon()
  }

  #endBroken(job: Job, error: unknown): void {
    const problem = error instanceof Error ? error.message : String(error)
    void this.#end(job, { state: 'failed', problem: { code: 'execution_failed', problem, remedy: 'Submit it again.' } })
  }

  #changed(track?: Track): void {
    track?.pump()
    this.#announcer.soon()
  }
}

/** Jobs that are cancelled together when the queue is cleared. */
const CLEARED_AT_ONCE = 200

/** Seconds that the last endings may take to be written. */
const CLOSING_SECONDS = 5

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => { setTimeout(resolve, milliseconds) })
}
