/**
 * What becomes of a job after an attempt: it has ended, or it runs again. Only causes that retrying can cure are worth
 * another attempt: a worker that died, a device that was lost, reading or writing that failed for the moment. What is
 * wrong with the workflow, what a node says of its own, and a full disk stay as they are.
 */
import type { Problem } from '../../core/workflow/problem.ts'
import type { RunAnswer } from '../../worker/protocol.ts'
import type { Job } from '../job/job.ts'
import type { FinalState } from '../job/states.ts'

/** How an attempt came to its end. */
export type Outcome =
  | { readonly how: 'answer'; readonly answer: RunAnswer }
  /** The worker could not answer at all. */
  | { readonly how: 'failure'; readonly problem: Problem }
  /** `isDoubtful`: it was at something else as well, such as a hook of another workflow, and may have died of that. */
  | { readonly how: 'death'; readonly problem: Problem; readonly isDoubtful?: boolean }

/** What somebody wanted of the job before it came to its end. */
export type Wish = 'cancel' | 'recall' | 'suspend'

export type Verdict =
  | { readonly to: 'ended'; readonly state: FinalState; readonly problem?: Problem }
  | { readonly to: 'queued'; readonly problem: Problem; readonly death: boolean; readonly delay: number; readonly uncounted: boolean }

/** Workers that may die of a job. */
export const MAX_DEATHS = 2

const TRANSIENT = /\b(EIO|EAGAIN|EBUSY|EMFILE|ENFILE|EINTR|ETIMEDOUT|ECONNRESET|ESTALE|ETXTBSY)\b/
const FULL = /\b(ENOSPC|EDQUOT)\b/
const DEVICE_LOST = /device (was |is )?lost|device[- ]removed|CUDA_ERROR_(LAUNCH_FAILED|ECC_UNCORRECTABLE|UNKNOWN)|the device thread ended/i

/** What is to be judged. */
export interface Attempt {
  readonly outcome: Outcome
  /** As it was when the attempt ended, this attempt counted. */
  readonly job: Job
  readonly wish?: Wish | undefined
  /** Why the attempt before this one had to be repeated. */
  readonly before?: Problem | undefined
  readonly maxAttempts: number
}

/** What becomes of a job after an attempt. */
export function judge(attempt: Attempt): Verdict {
  const { outcome } = attempt
  switch (outcome.how) {
    case 'death': return judgeDeath(outcome, attempt)
    case 'failure': return { to: 'ended', state: 'failed', problem: outcome.problem }
    case 'answer': return judgeAnswer(outcome.answer, attempt)
    default: return outcome satisfies never
  }
}

function judgeAnswer(answer: RunAnswer, { job, wish, maxAttempts }: Attempt): Verdict {
  switch (answer.status) {
    case 'done': return { to: 'ended', state: 'done' }
    case 'refused': return { to: 'ended', state: 'failed', problem: answer.problem }
    case 'interrupted': return stopped()
    case 'cancelled': return wish === 'recall' || wish === 'suspend' ? stopped() : { to: 'ended', state: 'cancelled' }
    case 'failed': return judgeFailure(answer.problem, job, maxAttempts)
    default: return answer satisfies never
  }
}

function judgeDeath({ problem, isDoubtful }: Extract<Outcome, { how: 'death' }>, { job, wish, before, maxAttempts }: Attempt): Verdict {
  if (wish === 'cancel') return { to: 'ended', state: 'cancelled' }
  if (wish !== undefined) return stopped()
  if (isDoubtful && job.attempts < maxAttempts) return { to: 'queued', problem, death: false, uncounted: false, delay: backoff(job.attempts) }
  const deaths = job.deaths + 1
  if (deaths >= MAX_DEATHS) return { to: 'ended', state: 'quarantined', problem: quarantined(problem, before) }
  if (deaths >= maxAttempts) return { to: 'ended', state: 'failed', problem } // attempts that a crash of the server cut short are no fault of the job's
  return { to: 'queued', problem, death: true, uncounted: false, delay: backoff(deaths) }
}

function judgeFailure(problem: Problem, job: Job, maxAttempts: number): Verdict {
  if (!mayPass(problem) || job.attempts >= maxAttempts) return { to: 'ended', state: 'failed', problem }
  return { to: 'queued', problem, death: false, uncounted: false, delay: backoff(job.attempts) }
}

/** Whether the same attempt may go better later. */
export function mayPass(problem: Problem): boolean {
  if (problem.code !== 'execution_failed') return false
  const texts = [problem.problem]
  for (let cause = problem.cause; cause !== undefined; cause = cause.cause) texts.push(cause.message)
  const text = texts.join('\n')
  return !FULL.test(text) && (TRANSIENT.test(text) || DEVICE_LOST.test(text))
}

/** Milliseconds before the next attempt. */
function backoff(tries: number): number {
  return Math.min(60_000, 1000 * 4 ** (tries - 1))
}

function stopped(): Verdict {
  return { to: 'queued', problem: STOPPED, death: false, uncounted: true, delay: 0 }
}

const STOPPED: Problem = {
  code: 'cancelled', problem: 'it was stopped for a while, for no fault of its own', remedy: 'It goes on by itself.',
}

function quarantined(problem: Problem, before: Problem | undefined): Problem {
  return {
    code: 'execution_failed',
    ...(problem.node && { node: problem.node }),
    problem: `${MAX_DEATHS} workers died of this job, the last one so: ${problem.problem}`,
    remedy: `It is not tried again by itself. ${problem.remedy ?? 'Submit it again once the cause is gone.'}`,
    problems: before === undefined ? [problem] : [...before.problems ?? [before], problem],
  }
}
