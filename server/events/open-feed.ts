/** The feed in memory: hands each entry to all listeners, keeps the newest, and knows how all that runs stands. */
import { randomUUID } from 'node:crypto'
import type { Job } from '../job/job.ts'
import type { EventFeed, FeedEntry, HistoryEvent, JobEvent, Preview, QueueEvent, Snapshot } from './feed.ts'
import { JobFold } from './job-fold.ts'
import { Ring } from './ring.ts'

/** What is kept of entries. */
const MAX_BYTES = 8_000_000
const MAX_COUNT = 20_000

/** How many waiting and how many ended jobs a snapshot names. */
const LISTED = 100

type Listener = Parameters<EventFeed['subscribe']>[0]

export interface FeedOptions {
  /** The first that wait. */
  readonly waiting: (limit: number) => readonly Job[]
  /** Ended jobs of before, the newest first. */
  readonly ended?: readonly Job[]
  readonly maxBytes?: number
  readonly maxCount?: number
}

/** A feed with nothing in it. Its cursors mean nothing to another one. */
export function openFeed(options: FeedOptions): Feed {
  return new Feed(options)
}

export class Feed implements EventFeed {
  readonly #life = randomUUID().slice(0, 8)
  readonly #ring: Ring
  readonly #waiting: FeedOptions['waiting']
  readonly #listeners = new Set<Listener>()
  readonly #folds = new Map<string, JobFold>()
  readonly #previews = new Map<string, Preview>()
  /** The newest at the end. */
  readonly #ended = new Map<string, Job>()
  #queue: QueueEvent = { type: 'queue', running: 0, queued: 0, paused: false }

  constructor({ waiting, ended = [], maxBytes = MAX_BYTES, maxCount = MAX_COUNT }: FeedOptions) {
    this.#ring = new Ring(maxBytes, maxCount)
    this.#waiting = waiting
    this.remember(ended)
  }

  /** Ended jobs of before, the newest first. */
  remember(ended: readonly Job[]): void {
    for (const job of ended.slice(0, LISTED).reverse()) this.#ended.set(job.id, job)
  }

  emit(event: QueueEvent | HistoryEvent): void
  emit(event: JobEvent, job: Job): void
  emit(event: QueueEvent | HistoryEvent | JobEvent, job?: Job): void {
    const cursor = `${this.#life}-${this.#ring.next + 1}`
    if (event.type === 'queue' || event.type === 'history') {
      if (event.type === 'queue') this.#queue = event
      this.#tell({ cursor, event })
    } else if (job !== undefined) {
      this.#keep(event, job)
      this.#tell({ cursor, job: job.id, event }, job)
    }
  }

  preview(preview: Preview): void {
    if (!this.#folds.has(preview.job)) return
    this.#previews.set(preview.job, preview)
    for (const listener of this.#listeners) listener.onPreview?.(preview)
  }

  since(cursor: string): readonly FeedEntry[] | undefined {
    const [life, number, ...rest] = cursor.split('-')
    if (life !== this.#life || number === undefined || rest.length > 0 || !/^\d{1,15}$/.test(number)) return undefined
    return this.#ring.from(Number(number))
  }

  snapshot(): Promise<Snapshot> {
    return Promise.resolve({
      cursor: `${this.#life}-${this.#ring.next}`,
      queue: this.#queue,
      running: [...this.#folds.values()].map((fold) => fold.snapshot()),
      queued: this.#waiting(LISTED),
      ended: [...this.#ended.values()].reverse(),
    })
  }

  lastPreview(job: string): Preview | undefined {
    return this.#previews.get(job)
  }

  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  #tell(entry: FeedEntry, job?: Job): void {
    this.#ring.push(entry)
    for (const listener of this.#listeners) listener.onEntry(entry, job)
  }

  #keep(event: JobEvent, job: Job): void {
    switch (event.type) {
      case 'job.started':
        this.#folds.set(job.id, new JobFold(event.job))
        return
      case 'run':
      case 'job.graph':
        this.#folds.get(job.id)?.apply(event)
        return
      case 'job.ended':
        this.#letGo(job.id)
        this.#ended.set(job.id, event.job)
        if (this.#ended.size > LISTED) this.#forgetOldest()
        return
      case 'job.queued':
      case 'job.changed':
        return this.#letGo(job.id)
      case 'job.forgotten':
        this.#ended.delete(job.id)
        return
      default:
        event satisfies never
    }
  }

  #letGo(id: string): void {
    this.#folds.delete(id)
    this.#previews.delete(id)
  }

  #forgetOldest(): void {
    for (const id of this.#ended.keys()) {
      this.#ended.delete(id)
      return
    }
  }
}
