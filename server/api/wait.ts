/** Waits for jobs to end, without asking again and again. */
import type { JobRecord } from '../job/job.ts'
import { isFinal } from '../job/states.ts'
import type { Services } from '../services.ts'

/**
 * The record of a job once it has ended, or as it is after so many seconds, or when the signal fires; `undefined` for
 * one that does not exist.
 */
export async function whenEnded(
  { feed, store }: Pick<Services, 'feed' | 'store'>, id: string, seconds: number, signal: AbortSignal,
): Promise<JobRecord | undefined> {
  let resolve = () => {}
  const ended = new Promise<void>((done) => { resolve = done })
  const unsubscribe = feed.subscribe({
    onEntry(entry) {
      if ('job' in entry && entry.job === id && entry.event.type === 'job.ended') resolve()
    },
  })
  const timer = setTimeout(() => resolve(), seconds * 1000)
  signal.addEventListener('abort', () => resolve(), { once: true })
  try {
    const record = await store.get(id)
    if (record === undefined || isFinal(record.state) || seconds === 0 || signal.aborted) return record
    await ended
    return await store.get(id)
  } finally {
    clearTimeout(timer)
    unsubscribe()
  }
}
