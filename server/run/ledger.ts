/**
 * Writes down what becomes of jobs, and tells the feed once it is on the disk. What can't be written now, since the disk
 * is full for example, is tried until it can.
 */
import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { setTimeout as wait } from 'node:timers/promises'
import type { EventFeed } from '../events/feed.ts'
import { failpoint } from '../failpoints.ts'
import type { Job, JobResult } from '../job/job.ts'
import type { Log } from '../services.ts'
import type { Ending, JobStore } from '../store/store.ts'
import type { Verdict } from './retry-rule.ts'
import { checkpointFolder } from './run-request.ts'

/** Milliseconds between two tries to write, at most. */
const PATIENCE = 5000

/** Milliseconds in which nothing is made that would be worth keeping. */
const MOMENT = 20

export interface LedgerOptions {
  readonly store: JobStore
  readonly feed: EventFeed
  readonly log: Log
  /** The data folder. */
  readonly data: string
}

export class Ledger {
  readonly #options: LedgerOptions
  readonly #running = new Map<string, Job>()
  readonly #ending = new Map<string, Promise<void>>()
  /** Jobs whose start is not written down yet. */
  readonly #unwritten = new Map<string, { readonly at: number; readonly writing: Promise<void> }>()
  readonly #writing = new Set<Promise<unknown>>()
  readonly #closing = new AbortController()

  constructor(options: LedgerOptions) {
    this.#options = options
  }

  /** Jobs that have started, until their end is written. */
  get running(): ReadonlyMap<string, Job> {
    return this.#running
  }

  /** Set while the end of a job is being written. */
  ending(id: string): Promise<void> | undefined {
    return this.#ending.get(id)
  }

  /** Counts an attempt. Gives the job as it is then. */
  start(job: Job): Job {
    const { store, feed, log } = this.#options
    const { notBefore: _notBefore, problem: _problem, ...rest } = job
    const started: Job = { ...rest, state: 'running', attempts: job.attempts + 1, started: Date.now() }
    this.#running.set(job.id, started)
    const at = started.started ?? 0
    const writing = store.started(job.id, at).then(() => {
      this.#unwritten.delete(job.id)
      failpoint('started')
    }).catch((error: unknown) => log.error({ job: job.id, error: String(error) }, 'the start of a job could not be written'))
    this.#unwritten.set(job.id, { at, writing })
    feed.emit({ type: 'job.started', job: started }, started)
    return started
  }

  /** Ends a job. Resolves when that is on the disk and told. */
  end(job: Job, ending: Ending, result: JobResult | undefined = ending.result): Promise<void> {
    const writing = this.#end(job, ending, result).finally(() => this.#ending.delete(job.id))
    this.#ending.set(job.id, writing)
    return writing
  }

  async #end(job: Job, ending: Ending, result: JobResult | undefined): Promise<void> {
    const isWritten = await this.#persist(job, () => this.#options.store.ended(job.id, ending))
    this.#running.delete(job.id)
    if (!isWritten) return
    failpoint('ended-written')
    const { notBefore: _notBefore, problem: _problem, ...rest } = job
    const { state, at, problem } = ending
    const deaths = rest.deaths + (state === 'quarantined' ? 1 : 0)
    const ended: Job = { ...rest, state, deaths, ended: at, ...(problem && { problem }) }
    if (mayHaveCheckpoints(job, at)) this.#dropCheckpoints(job.id)
    this.#options.feed.emit({ type: 'job.ended', job: ended, ...(result && { result }) }, ended)
  }

  /** Writes down that a job waits again. Gives the job as it is then; undefined when the server ends before it is written. */
  async requeue(job: Job, { problem, death, delay, uncounted }: Extract<Verdict, { to: 'queued' }>): Promise<Job | undefined> {
    const at = Date.now()
    const notBefore = delay > 0 ? at + delay : undefined
    const requeue = { at, problem, death, ...(notBefore !== undefined && { notBefore }), ...(uncounted && { uncounted: true as const }) }
    const isWritten = await this.#persist(job, () => this.#options.store.requeued(job.id, requeue), true)
    this.#running.delete(job.id)
    if (!isWritten) return undefined
    const { notBefore: _notBefore, ...rest } = job
    return {
      ...rest, state: 'queued', problem,
      attempts: job.attempts - (uncounted ? 1 : 0), deaths: job.deaths + (death ? 1 : 0), ...(notBefore !== undefined && { notBefore }),
    }
  }

  /** Resolves when all that was to be written is, or after so many seconds; then nothing more is tried. */
  async settled(seconds: number): Promise<void> {
    const timer = setTimeout(() => this.#closing.abort(), seconds * 1000)
    while (this.#writing.size > 0) await Promise.allSettled(this.#writing)
    clearTimeout(timer)
    this.#closing.abort()
  }

  #persist(job: Job, write: () => Promise<boolean>, isCareful = false): Promise<boolean> {
    const writing = this.#insist(job, write, isCareful).finally(() => this.#writing.delete(writing))
    this.#writing.add(writing)
    return writing
  }

  /** @param isCareful whether the count of attempts matters: the start is written before, whatever that takes */
  async #insist(job: Job, write: () => Promise<boolean>, isCareful: boolean): Promise<boolean> {
    const { store, log } = this.#options
    for (let tries = 0; !this.#closing.signal.aborted; tries++) {
      try {
        const start = isCareful || tries > 0 ? this.#unwritten.get(job.id) : undefined
        await start?.writing
        if (start !== undefined && this.#unwritten.has(job.id)) await store.started(job.id, start.at)
        const isFirst = await write()
        this.#unwritten.delete(job.id)
        return isFirst
      } catch (error) {
        log.error({ job: job.id, error: String(error) }, 'what became of a job could not be written; it is tried again')
        await wait(Math.min(PATIENCE, 250 * 2 ** tries), undefined, { signal: this.#closing.signal }).catch(() => {})
      }
    }
    return false
  }

  #dropCheckpoints(id: string): void {
    const folder = checkpointFolder(this.#options.data, id)
    if (existsSync(folder)) void rm(folder, { recursive: true, force: true }).catch(() => {}) // the next start removes it
  }
}

/** A look at the disk for each of many short jobs would cost more than what is now and then left until the next start. */
function mayHaveCheckpoints({ started, attempts }: Job, ended: number): boolean {
  return started !== undefined && (attempts > 1 || ended - started > MOMENT)
}
