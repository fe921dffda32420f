/** The HTTP API as the clients here use it: what an answer says, or that there was none. */
import type { Job, JobResult } from '../../server/job/job.ts'
import { isFinal } from '../../server/job/states.ts'
import { eventually } from './life.ts'
import type { WorkflowJson } from './workflows.ts'

/** What is told of one job. */
export interface ToldJob extends Job {
  readonly result?: JobResult
}

export interface Answer<T> {
  readonly status: number
  readonly body: T
}

export interface SubmitOptions {
  readonly key?: string
  readonly front?: boolean
}

/** Speaks to whatever server is up now; every call gives undefined where no whole answer came. */
export class Client {
  readonly #url: () => string

  constructor(url: () => string) {
    this.#url = url
  }

  submit(workflow: WorkflowJson, { key, front }: SubmitOptions = {}): Promise<Answer<{ readonly job: ToldJob }> | undefined> {
    return this.#ask('POST', '/api/jobs', { workflow, ...(front && { place: 'front' }) }, key === undefined ? {} : { 'idempotency-key': key })
  }

  cancel(id: string): Promise<Answer<{ readonly status: string }> | undefined> {
    return this.#ask('POST', `/api/jobs/${id}/cancel`, {})
  }

  move(id: string, to: 'front' | 'end' | { readonly before: string }): Promise<Answer<unknown> | undefined> {
    return this.#ask('POST', `/api/jobs/${id}/move`, { to })
  }

  pause(): Promise<Answer<unknown> | undefined> {
    return this.#ask('POST', '/api/queue/pause', {})
  }

  resume(): Promise<Answer<unknown> | undefined> {
    return this.#ask('POST', '/api/queue/resume', {})
  }

  get(path: string): Promise<Answer<unknown> | undefined> {
    return this.#ask('GET', path)
  }

  /** @throws when the server has no such job */
  async job(id: string): Promise<ToldJob | undefined> {
    const answer = await this.#ask<{ readonly job: Job; readonly result?: JobResult }>('GET', `/api/jobs/${id}`)
    if (answer === undefined) return undefined
    const { status, body } = answer
    if (status !== 200) throw new Error(`job ${id}: ${status} ${JSON.stringify(body)}`)
    return { ...body.job, ...(body.result && { result: body.result }) }
  }

  /** Waits until a job has ended. */
  ended(id: string, seconds = 90): Promise<ToldJob> {
    return eventually(async () => {
      const job = await this.job(id)
      return job !== undefined && isFinal(job.state) ? job : undefined
    }, `job ${id} has ended`, seconds)
  }

  async #ask<T>(method: string, path: string, body?: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Answer<T> | undefined> {
    try {
      const response = await fetch(this.#url() + path, {
        method, headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
        ...(body !== undefined && { body: JSON.stringify(body) }), signal: AbortSignal.timeout(60_000),
      })
      return { status: response.status, body: await response.json() as T } // our own server, as its schemas have it
    } catch {
      return undefined // killed before it answered
    }
  }
}
