/**
 * The states of a job and the ways between them. `queued` and `running` are alive; the others are final, and a job that
 * reached one never leaves it. What a crash of the whole server finds `running` is `queued` again.
 *
 *             ┌──── retry, server crashed ────┐
 *             ▼                               │
 *   submit ► queued ───── taken ─────────► running ──► done
 *             │ │                           │ │ └────► failed       its own fault, or attempts used up
 *             │ └── cancel ──► cancelled ◄──┘ └──────► quarantined  two workers died of it
 *             └── interrupted too often by crashes ──► quarantined
 */
export const JOB_STATES = ['queued', 'running', 'done', 'failed', 'cancelled', 'quarantined'] as const
export type JobState = typeof JOB_STATES[number]

export type FinalState = Exclude<JobState, 'queued' | 'running'>

const NEXT: Readonly<Record<JobState, readonly JobState[]>> = {
  queued: ['running', 'cancelled', 'quarantined', 'failed'],
  running: ['done', 'failed', 'cancelled', 'quarantined', 'queued'],
  done: [],
  failed: [],
  cancelled: [],
  quarantined: [],
}

/** Whether a job may go from one state to another. */
export function mayBecome(from: JobState, to: JobState): boolean {
  return NEXT[from].includes(to)
}

/** Whether nothing more happens to a job in this state. */
export function isFinal(state: JobState): state is FinalState {
  return NEXT[state].length === 0
}
