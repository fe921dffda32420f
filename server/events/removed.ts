/** Says that ended jobs are not in the history any more. */
import { isFinal, JOB_STATES } from '../job/states.ts'
import type { JobStore } from '../store/store.ts'
import type { EventFeed } from './feed.ts'

/** As many ended jobs as snapshots name. */
const LISTED = 100

/**
 * Tells everybody that so many were removed together, and of each that snapshots named that it is gone: however many
 * there were, these are few entries.
 */
export async function tellRemoved({ store, feed }: { readonly store: Pick<JobStore, 'history'>; readonly feed: EventFeed }, removed: number): Promise<void> {
  if (removed === 0) return
  const { ended } = await feed.snapshot()
  const { jobs } = await store.history({ limit: LISTED, states: JOB_STATES.filter(isFinal) })
  const kept = new Set(jobs.map(({ id }) => id))
  for (const job of ended) if (!kept.has(job.id)) feed.emit({ type: 'job.forgotten' }, job)
  feed.emit({ type: 'history', removed })
}
