/** All jobs that are known, followed by one subscription; signals say how they stand, some times a second at most. */
import { signal, type ReadonlySignal, type Signal } from '@preact/signals'
import { KinographError, type FeedEntry, type Job, type KinographClient, type Snapshot, type Subscription } from '../../server/client/index.ts'
import { JobCourse } from './job-course.ts'
import { viewOf } from './job-view.ts'
import { PreviewShelf, type Decode } from './previews.ts'
import { EMPTY_QUEUE, isShort, LISTED, nextQueue, queueOf, withQueued, type QueueState } from './queue-state.ts'
import type { JobView, QueueView } from './run-book.ts'
import { TypeTimes } from './whole-run.ts'

/** Ended jobs that are kept in full, and those of them whose last previews stay. */
const KEPT = 20
const WITH_PREVIEWS = 3
/** Milliseconds between two views of what happens, and while nothing does but time passes. */
const PAUSE = 50
const TICK = 1000
const RETRY = 2000

export interface JobBookOptions {
  readonly decode: Decode
  readonly now?: () => number
}

/** What hears of jobs that begin, wait again or end. */
export type JobListener = (job: Job, what: 'queued' | 'started' | 'ended') => void

export class JobBook {
  readonly connection = signal<'connecting' | 'open' | 'lost'>('connecting')
  readonly historyVersion = signal(0)
  readonly #queue = signal<QueueView>(EMPTY_QUEUE)
  readonly #client: KinographClient
  readonly #now: () => number
  readonly #previews: PreviewShelf
  readonly #times = new TypeTimes()
  readonly #listeners = new Set<JobListener>()
  readonly #courses = new Map<string, JobCourse>()
  /** Of jobs that somebody asked for, and of those that run. */
  readonly #views = new Map<string, Signal<JobView | undefined>>()
  /** Asked for, and not known in full. */
  readonly #missing = new Set<string>()
  readonly #asked = new Set<string>()
  readonly #changed = new Set<string>()
  #state: QueueState = EMPTY_QUEUE
  #flushing: ReturnType<typeof setTimeout> | undefined
  #ticking: ReturnType<typeof setInterval> | undefined
  #refilling = false
  #pause = PAUSE
  #subscription: Subscription | undefined
  #watching: Subscription | undefined
  #isDisposed = false

  constructor(client: KinographClient, { decode, now = Date.now }: JobBookOptions) {
    this.#client = client
    this.#now = now
    this.#previews = new PreviewShelf(decode, (job) => this.#touch(job))
    this.#listen()
  }

  get queue(): ReadonlySignal<QueueView> {
    return this.#queue
  }

  /** How a job stands; asked for where nothing is known of it. */
  view(id: string): ReadonlySignal<JobView | undefined> {
    const known = this.#views.get(id)
    if (known) return known
    const view = signal(this.#viewOf(id))
    this.#views.set(id, view)
    if (view.peek() === undefined) void this.#fetch(id)
    return view
  }

  /** What a server has just said of a job that was submitted: its event may come later. */
  submitted(job: Job): void {
    if (!this.#courses.has(job.id)) this.#courses.set(job.id, new JobCourse(job))
    this.#touch(job.id)
  }

  onJob(listener: JobListener): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /** Whether pictures of running samplers are asked for. */
  watchPreviews(isWanted: boolean): void {
    this.#watching?.close()
    this.#watching = isWanted ? this.#client.events.subscribe({ onPreview: (preview) => void this.#previews.take(preview) }) : undefined
  }

  dispose(): void {
    this.#isDisposed = true
    clearTimeout(this.#flushing)
    clearInterval(this.#ticking)
    this.#watching?.close()
    this.#subscription?.close()
    this.#previews.clear()
  }

  #listen(): void {
    this.#subscription = this.#client.events.subscribe({
      onEntry: (entry) => this.#take(entry),
      onSnapshot: (snapshot) => this.#begin(snapshot),
      onConnection: (isOpen) => {
        this.connection.value = isOpen ? 'open' : 'lost'
        if (isOpen) this.#askMissing()
      },
    })
    this.#subscription.ready.catch(() => {
      this.#subscription?.close()
      if (this.#isDisposed) return
      this.connection.value = 'lost'
      setTimeout(() => this.#listen(), RETRY)
    })
  }

  /** How everything stands: what was alive before and is not any more has ended meanwhile. */
  #begin(snapshot: Snapshot): void {
    const alive = new Map([...snapshot.running.map((one) => [one.job.id, JobCourse.from(one)] as const), ...snapshot.queued.map((job) => [job.id, new JobCourse(job)] as const)])
    const isEveryone = snapshot.queued.length >= snapshot.queue.queued
    for (const [id, course] of this.#courses) {
      const isOver = course.job.ended !== undefined
      if (isOver || alive.has(id) || (course.job.state === 'queued' && !isEveryone)) continue
      this.#missing.add(id) // shown as it was until its end is known
    }
    for (const [id, course] of alive) if (course.isRunning || this.#views.has(id)) this.#courses.set(id, course)
    this.#state = queueOf(snapshot)
    this.historyVersion.value++
    for (const id of this.#views.keys()) this.#touch(id)
    this.#schedule()
    this.#askMissing()
    for (const { job } of snapshot.running) for (const tell of this.#listeners) tell(job, 'started') // perhaps while nobody heard
  }

  #take(entry: FeedEntry): void {
    const isHistory = 'job' in entry ? entry.event.type === 'job.ended' || entry.event.type === 'job.forgotten' : entry.event.type === 'history'
    if (isHistory) this.historyVersion.value++
    this.#state = nextQueue(this.#state, entry)
    if ('job' in entry) this.#follow(entry)
    this.#schedule()
    if (isShort(this.#state)) void this.#refill()
  }

  #follow({ job: id, event }: Extract<FeedEntry, { readonly job: string }>): void {
    if (event.type === 'job.forgotten') return this.#forget(id)
    if (event.type === 'job.started' || event.type === 'job.queued' || event.type === 'job.changed' || event.type === 'job.ended') {
      const isWanted = event.type === 'job.started' || event.type === 'job.ended' || this.#views.has(id)
      if (isWanted && !this.#courses.has(id)) this.#courses.set(id, new JobCourse(event.job))
      if (event.type !== 'job.ended') this.#previews.drop(id)
    }
    this.#courses.get(id)?.apply(event, this.#now())
    if (event.type === 'job.ended') this.#ended(id)
    this.#touch(id)
    if (event.type === 'job.started' || event.type === 'job.queued') for (const tell of this.#listeners) tell(event.job, event.type === 'job.queued' ? 'queued' : 'started')
    if (event.type === 'job.ended') for (const tell of this.#listeners) tell(event.job, 'ended')
  }

  /** The newest stay in full. */
  #ended(id: string): void {
    const course = this.#courses.get(id)
    if (course === undefined) return
    this.#times.note(course)
    this.#courses.delete(id)
    this.#courses.set(id, course) // as the newest
    this.#letOldGo()
  }

  #letOldGo(): void {
    const over = [...this.#courses].filter(([, { job }]) => job.ended !== undefined).map(([one]) => one)
    for (const old of over.slice(0, -WITH_PREVIEWS)) {
      if (this.#previews.drop(old)) this.#show(old) // before its pictures are closed
    }
    for (const old of over.slice(0, -KEPT)) {
      this.#courses.delete(old)
      this.#views.delete(old) // whoever still holds it sees it as it was; it can't change any more
    }
  }

  #forget(id: string): void {
    this.#courses.delete(id)
    this.#previews.drop(id)
  }

  #askMissing(): void {
    for (const id of this.#missing) void this.#fetch(id)
  }

  async #fetch(id: string): Promise<void> {
    if (this.#asked.has(id)) return
    this.#asked.add(id)
    this.#missing.add(id)
    const before = this.#courses.get(id)
    try {
      const { job, result } = await this.#client.jobs.get(id)
      const known = this.#courses.get(id)
      this.#missing.delete(id)
      if (known && known.job.ended === undefined && job.ended === undefined) return // what was heard says more
      this.#courses.set(id, new JobCourse(job, result))
      if (job.ended !== undefined && known && known.job.ended === undefined) for (const tell of this.#listeners) tell(job, 'ended')
      this.#letOldGo()
      this.#touch(id)
    } catch (error) {
      // Where it is gone there is nothing to show; where the server can't be reached it is asked for again later.
      if (!(error instanceof KinographError) || error.status !== 404) return
      this.#missing.delete(id)
      if (this.#courses.get(id) === before) this.#courses.delete(id) // unless something was heard of it meanwhile
    } finally {
      this.#asked.delete(id)
    }
  }

  async #refill(): Promise<void> {
    if (this.#refilling) return
    this.#refilling = true
    try {
      const { queued, size } = await this.#client.call('GET /queue/state', { query: { limit: LISTED } })
      this.#state = withQueued(this.#state, queued, size.queued)
      this.#schedule()
    } catch {
      // the next snapshot says it
    } finally {
      setTimeout(() => { this.#refilling = false }, TICK)
    }
  }

  #touch(id: string): void {
    this.#changed.add(id)
    this.#schedule()
  }

  #schedule(): void {
    this.#flushing ??= setTimeout(() => this.#flush(), this.#pause)
  }

  /** The larger a run, the more rarely it is drawn anew: whoever types never waits for it. */
  #flush(): void {
    const begun = performance.now()
    this.#flushing = undefined
    this.#showAll()
    this.#pause = Math.min(TICK, Math.max(PAUSE, 10 * (performance.now() - begun)))
  }

  #showAll(): void {
    this.#queue.value = this.#state
    for (const { id } of this.#state.running) if (!this.#views.has(id)) this.#views.set(id, signal(undefined))
    for (const id of this.#changed) this.#show(id)
    this.#changed.clear()
    const isTicking = this.#state.running.length > 0
    if (isTicking) this.#ticking ??= setInterval(() => this.#tick(), TICK)
    else {
      clearInterval(this.#ticking)
      this.#ticking = undefined
    }
  }

  /** Time passes, although nothing is heard of a long step. */
  #tick(): void {
    for (const { id } of this.#state.running) this.#show(id)
  }

  #show(id: string): void {
    const view = this.#views.get(id)
    const next = view && this.#viewOf(id)
    if (next) view.value = next
  }

  #viewOf(id: string): JobView | undefined {
    const course = this.#courses.get(id)
    return course && viewOf(course, {
      previews: this.#previews.of(id), secondsOf: this.#times.of, now: this.#now(),
      addressOf: ({ root, path }) => this.#client.assets.url(root, path),
    })
  }
}
