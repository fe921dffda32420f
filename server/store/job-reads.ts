import { statSync } from 'node:fs'
import type { HistoryPart, Reads, RecordText, RowsText } from './operations.ts'
import { ROW } from './rows.ts'
import { keyText } from './sql.ts'
import type { Sql } from './sql.ts'
import { QUEUED } from './tally.ts'
import type { Tally } from './tally.ts'

const NONE: RowsText = '[]'

/** SQLite would rather sort all that wait than walk the index of their order. */
export const IN_LINE = 'jobs INDEXED BY jobs_waiting'

export interface JobReads extends Pick<Reads, 'get' | 'records' | 'requests' | 'queue' | 'history' | 'total' | 'lastEnding' | 'counts'> {
  /** A list of one. */
  rowOf(seq: number): RowsText
  /** How many wait before a place in the queue, and before a job (0 for one that does not wait). */
  ahead(rank: number, seq: number): number
  aheadOf(seq: number): number
}

/** The questions about jobs. */
export function jobReads(sql: Sql, tally: Tally, file: string): JobReads {
  const rowOf = (seq: number) => page(sql, 'SELECT * FROM jobs WHERE seq = ?', seq)

  const ahead = (rank: number, seq: number): number =>
    sql.row<[number]>(`SELECT count(*) FROM ${IN_LINE} WHERE state = 0 AND (rank, seq) < (?, ?)`, rank, seq)![0]

  function aheadOf(seq: number): number {
    const place = sql.row<[number]>('SELECT rank FROM jobs WHERE seq = ? AND state = 0', seq)
    return place === undefined ? 0 : ahead(place[0], seq)
  }

  function get(id: string): RecordText | undefined {
    const found = sql.row<[rows: string, request: string, origin: string, result: string | null]>(
      `SELECT json_array(${ROW}), request, origin, result FROM jobs JOIN requests USING (seq) LEFT JOIN results USING (seq) WHERE id = ?`, id)
    if (found === undefined) return undefined
    const [rows, request, origin, result] = found
    return { rows, request, origin, result }
  }

  const records = (ids: readonly string[]) => ids.map(get).filter((record) => record !== undefined)

  const requests = (ids: readonly string[]) => ids.flatMap((id) =>
    sql.rows<[string, string, string]>('SELECT id, request, origin FROM jobs JOIN requests USING (seq) WHERE id = ?', id))

  function queue(limit: number, after: readonly [rank: number, seq: number] | null): { rows: RowsText; total: number } {
    const start = after === null ? '' : 'AND (rank, seq) > (?, ?)'
    const rows = page(sql, `SELECT * FROM ${IN_LINE} WHERE state = 0 ${start} ORDER BY rank, seq LIMIT ?`, ...after ?? [], limit)
    return { rows, total: tally.counts[QUEUED]! }
  }

  function counts(): { byState: readonly number[]; databaseBytes: number } {
    const size = (path: string) => statSync(path, { throwIfNoEntry: false })?.size ?? 0
    return { byState: tally.counts, databaseBytes: size(file) + size(`${file}-wal`) }
  }

  return {
    rowOf, ahead, aheadOf, get, records, requests, queue, counts,
    history: (part) => history(sql, part),
    total: (states, owner) => total(sql, tally, states, owner),
    lastEnding: () => tally.fin,
  }
}

/** The rows of a query as one JSON text, made by SQLite. */
function page(sql: Sql, query: string, ...values: readonly (string | number)[]): RowsText {
  return sql.row<[string]>(`SELECT json_group_array(json(row)) FROM (SELECT ${ROW} AS row FROM (${query}))`, ...values)![0]
}

/** Walks one index for each state and merges them: as long as the page is, however far back it lies. */
function history(sql: Sql, { states, along, descending, after, owner, limit, offset }: HistoryPart): RowsText {
  if (states.length === 0) return NONE
  const order = descending ? 'DESC' : 'ASC'
  const one = [
    owner === null ? '' : 'owner = ?1',
    'state = %',
    along === 'seq' ? 'fin IS NULL' : 'fin IS NOT NULL',
    after === null ? '' : `${along} ${descending ? '<' : '>'} ?2`,
  ].filter(Boolean).join(' AND ')
  const parts = states.map((state) => `SELECT seq, fin FROM jobs WHERE ${one.replace('%', String(state))}`).join(' UNION ALL ')
  const found = `SELECT seq FROM (${parts} ORDER BY ${along} ${order} LIMIT ?3 OFFSET ?4)`
  return page(sql, `SELECT * FROM jobs WHERE seq IN (${found}) ORDER BY ${along} ${order}`,
    owner === null ? 0 : keyText(owner), after ?? 0, limit, offset)
}

function total(sql: Sql, tally: Tally, states: readonly number[], owner: string | null): number {
  if (owner === null) return states.reduce((sum, state) => sum + tally.counts[state]!, 0)
  return states.reduce((sum, state) =>
    sum + sql.row<[number]>('SELECT count(*) FROM jobs WHERE owner = ? AND state = ?', keyText(owner), state)![0], 0)
}

