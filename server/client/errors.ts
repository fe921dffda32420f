/** What a server refuses, and how jobs fail, as errors of the client. */
import type { ErrorBody } from '../api/errors.ts'
import type { Job, JobResult } from '../job/job.ts'

/** A refusal of the server, or no answer at all (`status` 0, code `unreachable`). */
export class KinographError extends Error {
  override readonly name: string = 'KinographError'
  /** The HTTP status. */
  readonly status: number
  readonly code: string
  /** The part of the request that it is about. */
  readonly field: string | undefined
  readonly remedy: string | undefined
  /** Everything that is wrong with a workflow, or each field of a request. */
  readonly problems: NonNullable<ErrorBody['error']['problems']>
  /** Seconds to wait before trying again, where the server says so. */
  readonly retryAfter: number | undefined

  constructor(status: number, { code, message, field, remedy, problems = [] }: ErrorBody['error'], options: { readonly retryAfter?: number; readonly cause?: unknown } = {}) {
    super(remedy === undefined || message.endsWith(remedy) ? message : `${message} ${remedy}`, options.cause === undefined ? {} : { cause: options.cause })
    this.status = status
    this.code = code
    this.field = field
    this.remedy = remedy
    this.problems = problems
    this.retryAfter = options.retryAfter
  }
}

/** A job that ended otherwise than `done`. */
export class JobError extends Error {
  override readonly name = 'JobError'
  readonly job: Job
  readonly result: JobResult | undefined

  constructor(job: Job, result?: JobResult) {
    super(job.problem === undefined ? `the job ${job.id} was ${job.state}` : `the job ${job.id} ${job.state}: ${job.problem.problem}`)
    this.job = job
    this.result = result
  }
}
