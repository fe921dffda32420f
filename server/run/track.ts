/** The jobs of one device: those that wait, and the lane through its worker. Hands them on in their order. */
import { failpoint } from '../failpoints.ts'
import type { ServerConfig } from '../config/config.ts'
import type { Folders } from '../../worker/protocol.ts'
import type { Job } from '../job/job.ts'
import type { Log } from '../services.ts'
import type { JobStore } from '../store/store.ts'
import { Flight } from './flight.ts'
import type { Lane } from './lane.ts'
import type { RequestShelf } from './request-shelf.ts'
import { carry, runRequest } from './run-request.ts'
import { byOrder, WaitingLine } from './waiting-line.ts'

/** Requests that are read from the store at once, and how far ahead of the front they must be known. */
const BATCH = 64
const AHEAD = 16

export interface TrackOptions {
  readonly lane: Lane
  readonly shelf: RequestShelf
  readonly store: JobStore
  readonly config: ServerConfig
  readonly folders: Folders
  readonly log: Log
  /** Whether jobs may start. */
  readonly mayStart: () => boolean
  /** A job that can't be handed over at all. */
  readonly onBroken: (job: Job, error: unknown) => void
}

export class Track {
  readonly lane: Lane
  readonly line = new WaitingLine()
  readonly #options: TrackOptions
  #isFetching = false
  #due: NodeJS.Timeout | undefined

  constructor(options: TrackOptions) {
    this.#options = options
    this.lane = options.lane
  }

  /** Jobs that have not started: those that the worker was given already come first. */
  waiting(limit: number): readonly Job[] {
    return [...this.#ahead(), ...this.line.list(limit)].sort(byOrder).slice(0, limit)
  }

  get queued(): number {
    return this.line.size + this.#ahead().length
  }

  #ahead(): Job[] {
    const jobs: Job[] = []
    for (const { job, hasStarted, isOver } of this.lane.flights) if (!hasStarted && !isOver) jobs.push(job)
    return jobs
  }

  /** Puts a job in its place, before those that the worker has ahead where it comes before them. */
  add(job: Job): void {
    this.line.add(job, Date.now())
    this.#makeWay()
  }

  /** Hands over as many jobs as the worker takes. */
  pump(): void {
    const { lane, line } = this
    this.#admitDue()
    while (this.#options.mayStart() && lane.hasRoom) {
      const job = line.peek()
      if (job === undefined) return
      const request = this.#options.shelf.get(job.id)
      if (request === undefined) break
      line.shift()
      this.#handOver(job)
    }
    const ahead = line.peek(AHEAD) ?? line.peek()
    if (ahead !== undefined && !this.#options.shelf.has(ahead.id)) void this.#fetch()
  }

  /** Takes those back that the worker has not begun: all of them, or those that another job comes before. */
  recall(before?: Job): void {
    const flights = [...this.lane.flights]
    for (const flight of flights.reverse()) {
      const isNext = before !== undefined && flight === flights.at(-1)
      if (flight.hasStarted || flight.isOver || flight.wish !== undefined || isNext) continue
      if (before === undefined || byOrder(before, flight.job) < 0) this.lane.stop(flight, 'recall')
    }
  }

  close(): void {
    clearTimeout(this.#due)
  }

  /** The first that waits may have got before those that the worker has ahead. */
  #makeWay(): void {
    const first = this.line.peek()
    if (first !== undefined && this.lane.size > 1) this.recall(first)
  }

  #handOver(job: Job): void {
    const { shelf, folders, config, onBroken } = this.#options
    const request = shelf.take(job.id)
    if (request === undefined) return
    failpoint('leased')
    try {
      const flight = new Flight(job, request)
      const carried = carry(job.id, request.workflow, folders)
      flight.onSettled = carried.remove
      this.lane.send(flight, runRequest(job, request, carried.source, this.lane.slot.device, folders, config))
    } catch (error) {
      onBroken(job, error)
    }
  }

  async #fetch(): Promise<void> {
    if (this.#isFetching) return
    this.#isFetching = true
    const { shelf, store, log, onBroken } = this.#options
    const jobs = this.line.list(BATCH).filter(({ id }) => !shelf.has(id))
    try {
      const found = await store.requests(jobs.map(({ id }) => id))
      for (const job of jobs) {
        const request = found.get(job.id)?.request
        if (this.line.get(job.id) === undefined) continue // cancelled in the meantime
        if (request !== undefined) shelf.keep(job.id, request)
        else if (this.line.remove(job.id)) onBroken(job, new Error('its workflow is not in the database'))
      }
    } catch (error) {
      log.error({ error: String(error) }, 'waiting jobs could not be read; it is tried again')
      await new Promise((resolve) => { setTimeout(resolve, 1000) })
    } finally {
      this.#isFetching = false
    }
    this.pump()
  }

  #admitDue(): void {
    const { line } = this
    line.admitDue(Date.now())
    clearTimeout(this.#due)
    const { nextDue } = line
    if (nextDue !== undefined) this.#due = setTimeout(() => this.pump(), Math.max(1, nextDue - Date.now()))
  }
}
