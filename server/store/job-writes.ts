import type { NewRow, Place, SubmitReply, Writes } from './operations.ts'
import { IN_LINE } from './job-reads.ts'
import type { JobReads } from './job-reads.ts'
import { keyText } from './sql.ts'
import type { Sql } from './sql.ts'
import { QUARANTINED, QUEUED, RUNNING } from './tally.ts'
import type { Tally } from './tally.ts'

/** How long an idempotency key is remembered, in milliseconds. */
export const KEY_LIFE = 24 * 60 * 60 * 1000
/** Ranks have at most so many digits: as many as SQLite writes into JSON. */
const RANK_DIGITS = 15
const HIGHEST_RANK = 1e14
const NEAR_RANK = 1e9

type JobWrites = Pick<Writes, 'submit' | 'started' | 'ended' | 'requeued' | 'cancelling' | 'moved'>

/** The changes of jobs. */
export function jobWrites(sql: Sql, tally: Tally, reads: JobReads, queueLimit: number): JobWrites {
  function submit(job: NewRow): SubmitReply {
    const before = job.idempotency === undefined ? undefined : repeated(job)
    if (before !== undefined) return before
    if (sql.row('SELECT 1 FROM jobs WHERE id = ?', job.id) !== undefined) return { status: 'taken' }
    const queued = tally.counts[QUEUED]!
    if (queued >= queueLimit) return { status: 'full', queued, limit: queueLimit }
    const seq = tally.seq + 1
    const rank = typeof job.place === 'object' ? rankBefore(job.place.before, job.id) : rankFor(job.place, seq)
    if (rank === undefined) return { status: 'unplaced' }
    const ahead = job.place === 'front' ? 0 : job.place === 'end' ? queued : reads.ahead(rank, seq)
    insert(job, seq, rank)
    tally.seq = seq
    tally.counts[QUEUED]!++
    return { status: 'accepted', seq, rank, ahead }
  }

  function repeated({ idempotency, created }: NewRow): SubmitReply | undefined {
    const { owner, key, hash } = idempotency!
    const known = sql.row<[hash: string, seq: number]>(
      'SELECT hash, seq FROM idempotency WHERE owner = ? AND key = ? AND created > ?', keyText(owner), keyText(key), created - KEY_LIFE)
    if (known === undefined) return undefined
    if (known[0] !== hash) return { status: 'conflict' }
    return { status: 'repeated', rows: reads.rowOf(known[1]), ahead: reads.aheadOf(known[1]) }
  }

  function insert({ id, owner, created, bytes, head, request, origin, idempotency }: NewRow, seq: number, rank: number): void {
    sql.change('INSERT INTO jobs (seq, id, state, rank, owner, created, bytes, head) VALUES (?, ?, 0, ?, ?, ?, ?, ?)',
      seq, id, rank, owner === null ? null : keyText(owner), created, bytes, head)
    sql.change('INSERT INTO requests VALUES (?, ?, ?)', seq, request, origin)
    if (idempotency === undefined) return
    sql.change('INSERT OR REPLACE INTO idempotency VALUES (?, ?, ?, ?, ?)',
      keyText(idempotency.owner), keyText(idempotency.key), idempotency.hash, seq, created)
  }

  /** Ranks grow with the order of submission, as ComfyUI's numbers do. */
  function rankFor(place: Exclude<NewRow['place'], object>, seq: number): number {
    if (tally.counts[QUEUED] === 0 && tally.counts[RUNNING] === 0) tally.lowest = tally.highest = 0
    const rank = place === 'front' ? Math.floor(tally.lowest) - 1
      : place === 'end' ? Math.max(seq, Math.floor(tally.highest) + 1)
      : shortRank(place)
    return bounded(rank)
  }

  function bounded(rank: number): number {
    tally.lowest = Math.min(tally.lowest, rank)
    tally.highest = Math.max(tally.highest, rank)
    return rank
  }

  function started(id: string, at: number): boolean {
    const changed = sql.change(
      'UPDATE jobs SET state = 1, attempts = attempts + 1, started = ?, not_before = NULL, problem = NULL WHERE id = ? AND state = 0', at, id)
    return count(changed, QUEUED, RUNNING)
  }

  function ended(id: string, state: number, at: number, problem: string | null, result: string | null, bytes: number): boolean {
    const from = stateOf(id)
    if (from !== QUEUED && from !== RUNNING) return false
    tally.fin++
    sql.change('UPDATE jobs SET state = ?, ended = ?, fin = ?, not_before = NULL, problem = ?, bytes = bytes + ?, deaths = deaths + ? WHERE id = ?',
      state, at, tally.fin, problem, bytes, state === QUARANTINED ? 1 : 0, id) // it is set aside for the death that ended it
    if (result !== null) sql.change('INSERT INTO results SELECT seq, ? FROM jobs WHERE id = ?', result, id)
    return count(1, from, state)
  }

  function requeued(id: string, notBefore: number | null, problem: string, deaths: 0 | 1, taken: 0 | 1): boolean {
    const from = stateOf(id)
    if (from !== QUEUED && from !== RUNNING) return false
    const change = 'state = 0, not_before = ?, problem = ?, deaths = deaths + ?, attempts = max(0, attempts - ?)'
    sql.change(`UPDATE jobs SET ${change} WHERE id = ?`, notBefore, problem, deaths, taken, id)
    return count(1, from, QUEUED)
  }

  const cancelling = (id: string): boolean => sql.change('UPDATE jobs SET unwanted = 1 WHERE id = ? AND fin IS NULL', id) === 1

  const stateOf = (id: string): number | undefined => sql.row<[number]>('SELECT state FROM jobs WHERE id = ?', id)?.[0]

  function count(changed: number, from: number, to: number): boolean {
    tally.counts[from]! -= changed
    tally.counts[to]! += changed
    return changed === 1
  }

  function moved(id: string, to: Place): boolean {
    if (stateOf(id) !== QUEUED) return false
    if (typeof to === 'object' && to.before === id) return true
    const rank = typeof to === 'string' ? rankFor(to, tally.seq) : rankBefore(to.before, id)
    if (rank === undefined) return false
    sql.change('UPDATE jobs SET rank = ? WHERE id = ?', rank, id)
    return true
  }

  /** A rank between another job and the one before it, which may be running: it may come back. */
  function rankBefore(other: string, id: string): number | undefined {
    const place = waitingPlace(other)
    if (place === undefined) return undefined
    const [rank, seq] = place
    const previous = [`${IN_LINE} WHERE state = 0`, 'jobs WHERE state = 1'].flatMap((part) => sql.row<[number]>(
      `SELECT rank FROM ${part} AND (rank, seq) < (?, ?) AND id <> ? ORDER BY rank DESC, seq DESC LIMIT 1`, rank, seq, id) ?? [])
    if (previous.length === 0) return bounded(shortRank(Math.floor(rank) - 1))
    const middle = shortRank((Math.max(...previous) + rank) / 2)
    if (middle > Math.max(...previous) && middle < rank) return middle
    renumber()
    return rankBefore(other, id)
  }

  const waitingPlace = (id: string) => sql.row<[rank: number, seq: number]>('SELECT rank, seq FROM jobs WHERE id = ? AND state = 0', id)

  /** Gives all that live whole ranks in the same order, where two are equal or too close for one between them. */
  function renumber(): void {
    const living = sql.rows<[number]>('SELECT seq FROM jobs WHERE state < 2 ORDER BY rank, seq')
    const first = Math.abs(tally.lowest) < NEAR_RANK ? Math.floor(tally.lowest) : 1 // far out there is no rank between two
    for (const [place, [seq]] of living.entries()) sql.change('UPDATE jobs SET rank = ? WHERE seq = ?', bounded(first + place), seq)
  }

  return { submit, started, ended, requeued, cancelling, moved }
}

const shortRank = (rank: number): number =>
  Number(Math.max(-HIGHEST_RANK, Math.min(HIGHEST_RANK, rank)).toPrecision(RANK_DIGITS))
