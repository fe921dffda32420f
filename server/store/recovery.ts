import type { Opened, ThreadData } from './operations.ts'
import type { Sql } from './sql.ts'
import { KEY_LIFE } from './job-writes.ts'
import { CANCELLED, lastEnding, QUARANTINED } from './tally.ts'

/**
 * Puts what a crash interrupted back into the queue, at its old place; or aside, when that happened too often. What was
 * to stop is cancelled.
 */
export function recover(sql: Sql, { maxCrashes, now }: ThreadData): Opened {
  sql.exec('BEGIN IMMEDIATE')
  try {
    const unwanted = sql.rows<[id: string]>('SELECT id FROM jobs WHERE state < 2 AND unwanted = 1 ORDER BY rank, seq')
    for (const [id] of unwanted) end(sql, id, CANCELLED, now, null)
    const running = sql.rows<[id: string, crashes: number]>('SELECT id, crashes + 1 FROM jobs WHERE state = 1 ORDER BY rank, seq')
    const isTooMuch = ([, crashes]: readonly [string, number]) => crashes >= maxCrashes
    for (const [id, crashes] of running) {
      if (isTooMuch([id, crashes])) quarantine(sql, id, crashes, now)
      else sql.change('UPDATE jobs SET state = 0, crashes = ? WHERE id = ?', crashes, id)
    }
    sql.change('DELETE FROM idempotency WHERE created <= ?', now - KEY_LIFE)
    sql.exec('COMMIT')
    return {
      requeued: running.filter((row) => !isTooMuch(row)).map(([id]) => id),
      cancelled: unwanted.map(([id]) => id),
      quarantined: running.filter(isTooMuch).map(([id]) => id),
    }
  } catch (error) {
    sql.rollback()
    throw error
  }
}

function quarantine(sql: Sql, id: string, crashes: number, now: number): void {
  const problem = {
    code: 'execution_failed',
    problem: `the server ended ${crashes} times while this job ran`,
    remedy: 'It is not tried again by itself. If the server was stopped for other reasons, submit it once more.',
  }
  sql.change('UPDATE jobs SET crashes = ? WHERE id = ?', crashes, id)
  end(sql, id, QUARANTINED, now, JSON.stringify(problem))
}

function end(sql: Sql, id: string, state: number, now: number, problem: string | null): void {
  const fin = lastEnding(sql) + 1
  sql.change('UPDATE jobs SET state = ?, ended = ?, fin = ?, not_before = NULL, problem = ? WHERE id = ?', state, now, fin, problem, id)
}
