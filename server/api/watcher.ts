/** One client of the events: what it may see, what it wants to see, and where it came in. */
import type { Snapshot, FeedEntry, Preview } from '../events/feed.ts'
import type { Job } from '../job/job.ts'
import type { Principal, Services } from '../services.ts'
import { isTheirs, onlyOf } from '../comfy/principal.ts'
import type { Watch } from './channel.ts'
import { Outbox, type ClientSocket, type Round } from './outbox.ts'

/** Times to take another snapshot, where the feed has moved past one before it was sent. */
const MAX_SNAPSHOTS = 5

export class Watcher {
  readonly outbox: Outbox
  readonly #socket: ClientSocket
  readonly #services: Pick<Services, 'feed' | 'config'>
  readonly #principal: Principal
  #jobs: 'all' | ReadonlySet<string> = 'all'
  #wantsPreviews = false
  /** Until what it missed has been sent, entries come from there. */
  #isLive = false

  constructor(socket: ClientSocket, services: Pick<Services, 'feed' | 'config'>, principal: Principal, round: Round) {
    this.#socket = socket
    this.#services = services
    this.#principal = principal
    this.outbox = new Outbox(socket, round)
  }

  watch({ jobs = 'all', previews = false }: Watch): void {
    this.#jobs = jobs === 'all' ? jobs : new Set(jobs)
    this.#wantsPreviews = previews
  }

  /** Sends what came after the cursor, or how everything stands; from then on entries come as they happen. */
  async begin(cursor: string | undefined): Promise<void> {
    const { feed } = this.#services
    this.#isLive = false
    this.outbox.clear()
    const missed = cursor === undefined || this.#seesOnlyOwn ? undefined : feed.since(cursor)
    if (missed) {
      this.#socket.emit('replay', missed.filter((entry) => this.#wants(entry)))
      this.#isLive = true
      return
    }
    for (let tries = 0; tries < MAX_SNAPSHOTS; tries++) {
      const snapshot = await feed.snapshot()
      // Nothing can happen between here and the end of this turn: no entry is sent twice or left out.
      const since = feed.since(snapshot.cursor)
      if (since === undefined || (since.length > 0 && this.#seesOnlyOwn)) continue
      const seen = this.#seen(snapshot)
      this.#socket.emit('snapshot', seen)
      this.#isLive = true
      this.#showLast(seen)
      for (const entry of since) if (this.#wants(entry)) this.outbox.push(entry)
      return
    }
    this.outbox.close({ code: 'too_slow', message: 'More happens than can be told. Connect again.' })
  }

  /** @param job the job of the entry, where it has one */
  offer(entry: FeedEntry, job?: Job): void {
    if (this.#isLive && this.#wants(entry) && (job === undefined || this.#maySeeJob(job))) this.outbox.push(entry)
  }

  preview(preview: Preview, job: Job | undefined): void {
    if (!this.#isLive || !this.#wantsPreviews || !this.#wantsJob(preview.job)) return
    if (job === undefined ? !this.#seesOnlyOwn : this.#maySeeJob(job)) this.outbox.preview(preview)
  }

  /** The newest pictures of what runs belong to how it stands: the next may be long in coming. */
  #showLast({ running }: Snapshot): void {
    if (!this.#wantsPreviews) return
    for (const { job } of running) {
      const last = this.#wantsJob(job.id) ? this.#services.feed.lastPreview(job.id) : undefined
      if (last) this.outbox.previewNow(last)
    }
  }

  #wants(entry: FeedEntry): boolean {
    return 'job' in entry ? this.#wantsJob(entry.job) : this.#jobs === 'all'
  }

  #wantsJob(id: string): boolean {
    return this.#jobs === 'all' || this.#jobs.has(id)
  }

  get #seesOnlyOwn(): boolean {
    return onlyOf(this.#services, this.#principal) !== undefined
  }

  #maySeeJob(job: Job): boolean {
    return isTheirs(job, this.#principal)
  }

  #seen({ running, queued, ended, ...rest }: Snapshot): Snapshot {
    return {
      ...rest,
      running: running.filter(({ job }) => this.#maySeeJob(job)),
      queued: queued.filter((job) => this.#maySeeJob(job)),
      ended: ended.filter((job) => this.#maySeeJob(job)),
    }
  }
}
