/** What a parent and a worker say of locks. */
import type { Difference, OutputVerdict } from '../core/lock/compare.ts'
import type { Problem } from '../core/workflow/problem.ts'
import type { DeviceName, Folders, JobRequest, WorkflowSource } from './protocol.ts'

/** Note what a workflow's results depend on, and what they are. */
export interface LockRequest extends JobRequest {
  readonly type: 'lock'
  readonly id: string
  readonly device: DeviceName
  /** Up to these nodes; up to all output nodes when left out. */
  readonly targets?: readonly string[]
  /** The file to write, absolute: a lock may be larger than a message. */
  readonly file: string
  /** Whether to run it. What is saved goes to the output folder of the request, which is of no use afterwards. */
  readonly run: boolean
}

/** Say whether a workflow gives what its lock says, or what differs. */
export interface VerifyRequest {
  readonly type: 'verify'
  readonly id: string
  readonly workflow: WorkflowSource
  readonly folders: Folders
  /** The lock file, absolute. */
  readonly lock: string
  /** Another device than the locked one. */
  readonly device?: DeviceName
  readonly run: boolean
}

/** How a job ended that came to nothing. */
export type NoRun =
  | { readonly status: 'refused' | 'failed'; readonly problem: Problem }
  | { readonly status: 'cancelled' }

export type LockAnswer = NoRun | {
  readonly status: 'done'
  readonly file: string
  /** How many there are. */
  readonly models: number
  readonly plugins: number
  /** Absent when nothing was run. */
  readonly outputs?: number
  /** Results that can't be compared, with why. */
  readonly unlocked: readonly string[]
  readonly seconds: number
}

export type VerifyAnswer = { readonly status: 'cancelled' } | {
  /** `matches`: nothing differs, and no output was compared. */
  readonly status: 'reproduced' | 'matches' | 'differs'
  readonly differences: readonly Difference[]
  /** Absent when nothing was run. */
  readonly outputs?: readonly OutputVerdict[]
  /** Results that can't be compared, with why. */
  readonly unlocked: readonly string[]
  readonly seconds: number
}
