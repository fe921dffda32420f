/** A job on its way through a worker: handed over, perhaps started, not answered yet. */
import type { NodeRef, Problem } from '../../core/workflow/problem.ts'
import type { Job, JobRequest } from '../job/job.ts'
import { AttemptRecord } from './attempt-record.ts'
import type { Wish } from './retry-rule.ts'

export class Flight {
  job: Job
  readonly request: JobRequest
  readonly record = new AttemptRecord()
  /** Whether its first event has come. */
  hasStarted = false
  /** Whether its turn had come when its worker died. */
  wasBegun = false
  /** Why it had to be tried again, where it had to. */
  readonly before: Problem | undefined
  /** What the worker was asked to do with it. */
  wish: Wish | undefined
  /** It was cancelled before it started, and its end is told already: only the worker is still to answer. */
  isOver = false
  /** Until when the worker must obey. */
  grace: NodeJS.Timeout | undefined
  /** Removes what was written to hand it over. */
  onSettled: () => void = () => {}
  /** How its nodes are called: told once it has started. */
  readonly nodes: NodeRef[] = []

  constructor(job: Job, request: JobRequest) {
    this.job = job
    this.before = job.problem
    this.request = request
  }
}
