/** Follows a job from its submission to its end, whatever happens to the connection meanwhile. */
import type { JobEvent, JobSnapshot, Preview } from '../events/feed.ts'
import type { Job, JobResult } from '../job/job.ts'
import type { RunEvent } from '../../core/run/events.ts'
import { pause, type Caller } from './call.ts'
import { JobError, KinographError } from './errors.ts'
import type { Events } from './events.ts'

export interface RunOptions {
  /** What happens to the job, in order. */
  readonly onEvent?: (event: JobEvent) => void
  /** The events of its run alone: nodes that start, progress, results. */
  readonly onRun?: (event: RunEvent) => void
  /** Pictures while it samples. */
  readonly onPreview?: (preview: Preview) => void
  /** How it stands, when so much was missed that it can't be told one by one. */
  readonly onSnapshot?: (snapshot: JobSnapshot) => void
  /** Cancels the job. */
  readonly signal?: AbortSignal
}

/** A job that is done. */
export interface FinishedJob {
  readonly job: Job
  readonly result: JobResult
}

/** Seconds of one question for the end, where events can't be had. */
const ASK = 30

/**
 * Listens for the id, has it submitted, and waits for the end. Lost connections are made again; where events can't be
 * had at all, the end is asked for.
 * @param submit sends the job under the id; it is called once
 * @throws JobError when it ends otherwise than done; KinographError when it is refused
 */
export async function followJob(
  { caller, events }: { readonly caller: Caller; readonly events: Events }, id: string, submit: () => Promise<unknown>, options: RunOptions,
): Promise<FinishedJob> {
  options.signal?.throwIfAborted()
  const end = new Ending(caller, id)
  const { onPreview } = options
  const subscription = events.subscribe({
    jobs: [id],
    onEntry: ({ event }) => {
      if (event.type === 'queue' || event.type === 'history') return
      options.onEvent?.(event)
      if (event.type === 'run') options.onRun?.(event.event)
      if (event.type === 'job.ended') end.tell(event.job, event.result)
    },
    onSnapshot: ({ running, queued }) => {
      const own = running.find(({ job }) => job.id === id)
      if (own) options.onSnapshot?.(own)
      else if (!queued.some((job) => job.id === id)) end.look()
    },
    ...(onPreview && { onPreview }),
  })
  const cancel = () => void caller.call('POST /jobs/{id}/cancel', { params: { id } }).catch(() => {}) // its end says what came of it
  try {
    const hears = await subscription.ready.then(() => true, () => false)
    await submit()
    end.mayBeMissing = false
    if (options.signal?.aborted) cancel()
    options.signal?.addEventListener('abort', cancel, { once: true })
    if (!hears) void end.ask()
    return finished(await end.promise)
  } finally {
    options.signal?.removeEventListener('abort', cancel)
    subscription.close()
    end.stop()
  }
}

interface Ended {
  readonly job: Job
  readonly result?: JobResult | undefined
}

function finished({ job, result }: Ended): FinishedJob {
  if (job.state !== 'done' || result === undefined) throw new JobError(job, result)
  return { job, result }
}

/** How a job ended, from wherever that becomes known first. */
class Ending {
  readonly promise: Promise<Ended>
  /** Before it is submitted it does not exist, which then means nothing. */
  mayBeMissing = true
  readonly #caller: Caller
  readonly #id: string
  readonly #stop = new AbortController()
  #resolve: (ended: Ended) => void = () => {}
  #reject: (error: unknown) => void = () => {}

  constructor(caller: Caller, id: string) {
    this.#caller = caller
    this.#id = id
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
    this.promise.catch(() => {}) // whoever follows the job hears of it
  }

  tell(job: Job, result: JobResult | undefined): void {
    this.#resolve({ job, result })
  }

  /** Looks once, after events were missed. */
  look(): void {
    this.#asked(0).catch((error: unknown) => {
      if (!(this.mayBeMissing && error instanceof KinographError && error.status === 404)) this.#reject(error)
    })
  }

  /** Asks until it has ended. */
  async ask(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      try {
        await this.#asked(ASK)
      } catch (error) {
        if (!(error instanceof KinographError) || (error.status !== 0 && error.status !== 503)) return this.#reject(error)
        await pause(1000, this.#stop.signal).catch(() => {})
      }
    }
  }

  stop(): void {
    this.#stop.abort()
  }

  async #asked(wait: number): Promise<void> {
    const { job, result } = await this.#caller.call('GET /jobs/{id}/result', { params: { id: this.#id }, query: { wait }, signal: this.#stop.signal })
    if (job.state !== 'queued' && job.state !== 'running') this.tell(job, result)
  }
}
