/** Keeps the history within its limits. Files that jobs made are people's: they stay. */
import type { ServerConfig } from '../config/config.ts'
import type { Log } from '../services.ts'
import type { JobStore } from '../store/store.ts'

/** Milliseconds from the start to the first look, and from one look to the next. */
export const FIRST = 2000
const EVERY = 5 * 60_000
const DAY = 86_400_000

/** Looks now and then until the returned function is called. @param removed told how many were removed */
export function pruneHistory(
  store: Pick<JobStore, 'prune'>, { days, bytes, count }: ServerConfig['history'], log: Log, removed: (jobs: number) => Promise<void>,
): () => void {
  let timer = setTimeout(look, FIRST)
  let isOver = false
  function look(): void {
    store.prune({ before: Date.now() - days * DAY, bytes, count }).then(
      (forgotten) => {
        if (forgotten > 0) log.info({ jobs: forgotten }, 'the oldest jobs were removed from the history')
        return removed(forgotten)
      },
    ).catch(
      (error: unknown) => { if (!isOver) log.error({ error }, 'the history could not be pruned') },
    ).finally(() => {
      if (isOver) return
      timer = setTimeout(look, EVERY)
      timer.unref()
    })
  }
  timer.unref()
  return () => {
    isOver = true
    clearTimeout(timer)
  }
}
