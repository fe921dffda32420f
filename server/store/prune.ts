import type { Writes } from './operations.ts'
import type { Sql } from './sql.ts'
import { FIRST_FINAL } from './tally.ts'
import type { Tally } from './tally.ts'

type Row = [seq: number, state: number, bytes: number]

/** Removes ended jobs with all that belongs to them; the names of their files stay given. */
export function pruneOperations(sql: Sql, tally: Tally): Pick<Writes, 'forget' | 'forgetSome' | 'pruneSome'> {
  function remove(rows: readonly Row[]): number {
    for (const [seq, state] of rows) {
      for (const table of ['results', 'requests', 'files', 'idempotency', 'jobs']) sql.change(`DELETE FROM ${table} WHERE seq = ?`, seq)
      tally.counts[state]!--
    }
    return rows.length
  }

  const forget = (ids: readonly string[]) => remove(ids.flatMap((id) =>
    sql.rows<Row>(`SELECT seq, state, bytes FROM jobs WHERE id = ? AND state >= ${FIRST_FINAL}`, id)))

  const forgetSome = (last: number, limit: number) =>
    remove(sql.rows<Row>(`SELECT seq, state, bytes FROM jobs WHERE state >= ${FIRST_FINAL} AND fin <= ? LIMIT ?`, last, limit))

  function pruneSome(before: number | null, bytes: number | null, count: number | null, limit: number): number {
    const old = before === null ? [] : sql.rows<Row>(`SELECT seq, state, bytes FROM jobs WHERE state >= ${FIRST_FINAL} AND ended < ? LIMIT ?`, before, limit)
    return old.length > 0 ? remove(old) : remove(beyond(bytes ?? Infinity, count ?? Infinity, limit))
  }

  /** The oldest, as many as are too many or too large. */
  function beyond(bytes: number, count: number, limit: number): Row[] {
    const [kept, held] = sql.row<[number, number | null]>(`SELECT count(*), sum(bytes) FROM jobs WHERE state >= ${FIRST_FINAL}`)!
    const excess = { bytes: (held ?? 0) - bytes, count: kept - count }
    if (excess.bytes <= 0 && excess.count <= 0) return []
    const oldest = sql.rows<Row>(`SELECT seq, state, bytes FROM jobs WHERE state >= ${FIRST_FINAL} ORDER BY fin LIMIT ?`, limit)
    const stays = oldest.findIndex(([, , size]) => {
      if (excess.bytes <= 0 && excess.count <= 0) return true
      excess.bytes -= size
      excess.count--
      return false
    })
    return stays === -1 ? oldest : oldest.slice(0, stays)
  }

  return { forget, forgetSome, pruneSome }
}
