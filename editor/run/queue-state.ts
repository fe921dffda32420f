/** What runs, waits and ended lately, kept from snapshots and events. */
import type { FeedEntry, Job, JobEvent, Snapshot } from '../../server/client/index.ts'
import type { QueueView } from './run-book.ts'

/** As many of those that wait are listed. */
export const LISTED = 200
/** As many of those that ended. */
const ENDED = 100

export interface QueueState extends QueueView {
  /** Whether all that wait are in the list; otherwise what comes after its last is not known. */
  readonly isWhole: boolean
}

export const EMPTY_QUEUE: QueueState = { running: [], queued: [], queuedCount: 0, isPaused: false, ended: [], isWhole: true }

export function queueOf({ queue, running, queued, ended }: Snapshot): QueueState {
  return {
    running: running.map(({ job }) => job), queued: queued.slice(0, LISTED), queuedCount: queue.queued, isPaused: queue.paused,
    ended: ended.slice(0, ENDED), isWhole: queued.length >= queue.queued && queued.length <= LISTED,
  }
}

/** The first that wait, asked for again since too few of them were left in the list. */
export function withQueued(state: QueueState, queued: readonly Job[], count: number): QueueState {
  const running = new Set(state.running.map(({ id }) => id))
  const waiting = queued.filter(({ id }) => !running.has(id))
  return { ...state, queued: waiting.slice(0, LISTED), queuedCount: count, isWhole: waiting.length >= count }
}

/** Whether more wait than the list has, and it has become short. */
export function isShort({ queued, queuedCount, isWhole }: QueueState): boolean {
  return !isWhole && queued.length < Math.min(LISTED / 2, queuedCount)
}

/** The queue after what an entry tells. */
export function nextQueue(state: QueueState, entry: FeedEntry): QueueState {
  if (!('job' in entry)) {
    const { event } = entry
    return event.type === 'history' ? state : { ...state, queuedCount: event.queued, isPaused: event.paused }
  }
  return afterJobEvent(state, entry.job, entry.event)
}

function afterJobEvent(state: QueueState, id: string, event: JobEvent): QueueState {
  switch (event.type) {
    case 'job.queued':
    case 'job.changed':
      return placed(without(state, id), event.job)
    case 'job.started': {
      const rest = without(state, id)
      return { ...rest, running: [...rest.running, event.job] }
    }
    case 'job.ended': {
      const rest = without(state, id)
      return { ...rest, ended: [event.job, ...rest.ended].slice(0, ENDED) }
    }
    case 'job.forgotten':
      return without(state, id)
    case 'job.graph':
    case 'run':
      return state
    default:
      return event satisfies never
  }
}

/** Puts a job that waits in its place: the lower rank first, of equal ones the older. */
function placed(state: QueueState, job: Job): QueueState {
  const at = state.queued.findIndex((other) => isBefore(job, other))
  if (at < 0 && !state.isWhole) return state // somewhere behind those that are listed
  const queued = at < 0 ? [...state.queued, job] : state.queued.toSpliced(at, 0, job)
  return { ...state, queued: queued.slice(0, LISTED), isWhole: state.isWhole && queued.length <= LISTED }
}

function isBefore(one: Job, other: Job): boolean {
  return one.rank < other.rank || (one.rank === other.rank && one.seq < other.seq)
}

function without(state: QueueState, id: string): QueueState {
  const rest = (jobs: readonly Job[]) => (jobs.some((job) => job.id === id) ? jobs.filter((job) => job.id !== id) : jobs)
  return { ...state, running: rest(state.running), queued: rest(state.queued), ended: rest(state.ended) }
}
