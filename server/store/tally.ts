import { JOB_STATES } from '../job/states.ts'
import type { Sql } from './sql.ts'

/** State numbers as they are stored. */
export const QUEUED = JOB_STATES.indexOf('queued')
export const RUNNING = JOB_STATES.indexOf('running')
export const CANCELLED = JOB_STATES.indexOf('cancelled')
export const QUARANTINED = JOB_STATES.indexOf('quarantined')

/** Those that end a job come after these two. */
export const FIRST_FINAL = 2

/** Numbers that every submission or page needs, kept beside the tables so that nothing has to be counted. */
export interface Tally {
  /** The highest ever given. */
  seq: number
  fin: number
  /** No queued job has a rank outside of these. */
  lowest: number
  highest: number
  /** By state. */
  counts: number[]
}

export function readTally(sql: Sql): Tally {
  const [seq] = sql.row<[number]>("SELECT max(seq) FROM sqlite_sequence WHERE name = 'jobs'") ?? []
  const counts = JOB_STATES.map((_, state) => sql.row<[number]>('SELECT count(*) FROM jobs WHERE state = ?', state)![0])
  const [lowest, highest] = sql.row<[number | null, number | null]>('SELECT min(rank), max(rank) FROM jobs WHERE state < 2')!
  return { seq: seq ?? 0, fin: lastEnding(sql), lowest: lowest ?? 0, highest: highest ?? 0, counts }
}

/** The number of the newest ending that is still there: one look into the index for each state. */
export const lastEnding = (sql: Sql): number =>
  Math.max(...JOB_STATES.map((_, state) => sql.row<[number | null]>('SELECT max(fin) FROM jobs WHERE state = ?', state)![0] ?? 0))

/** For what is undone when a transaction fails. */
export const copyTally = (tally: Tally): Tally => ({ ...tally, counts: [...tally.counts] })
