/** What the last life of the server left, for the log. */
import type { Log } from '../services.ts'
import type { Recovery } from '../store/store.ts'

/** Says what was found when the store was opened, where there is something to say. */
export function logRecovery(log: Log, { requeued, cancelled, quarantined, truncated }: Recovery): void {
  if (truncated !== undefined) log.warn({}, truncated)
  const jobs = { requeued: requeued.length, cancelled: cancelled.length, quarantined: quarantined.length }
  if (Object.values(jobs).some((count) => count > 0)) log.warn(jobs, 'the last server ended while jobs ran')
}
