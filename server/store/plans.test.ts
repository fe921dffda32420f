import Database from 'libsql'
import { expect, test } from 'vitest'
import { jobReads } from './job-reads.ts'
import { jobWrites } from './job-writes.ts'
import { MIGRATIONS } from './migrations/index.ts'
import type { NewRow } from './operations.ts'
import { Sql } from './sql.ts'
import type { Value } from './sql.ts'
import { readTally } from './tally.ts'

/** Notes the statements that bring one row: all lists do. */
class Recorder extends Sql {
  readonly texts: string[] = []
  override row<T extends readonly unknown[]>(text: string, ...values: readonly Value[]): T | undefined {
    this.texts.push(text)
    return super.row<T>(text, ...values)
  }
}

function opened() {
  const db = new Database(':memory:')
  for (const migration of MIGRATIONS) db.exec(migration)
  const sql = new Recorder(db)
  const tally = readTally(sql)
  const reads = jobReads(sql, tally, '')
  const writes = jobWrites(sql, tally, reads, Infinity)
  for (let index = 0; index < 9; index++) writes.submit(row(`j${index}`))
  /** How SQLite would go about what `work` asks. */
  function plans(work: () => void): string[] {
    sql.texts.length = 0
    work()
    return sql.texts.map((text) => (db.prepare(`EXPLAIN QUERY PLAN ${text}`).raw().all(text.match(/\?/g)?.map(() => 1) ?? []) as unknown[][]).map((step) => step[3]).join('\n'))
  }
  return { reads, writes, plans }
}

const row = (id: string): NewRow => ({ id, head: '{}', request: '{}', origin: '{}', owner: null, created: 1, bytes: 1, place: 'end' })

test('a page of the queue, a place in it and what is before it come from the index of its order, without sorting', () => {
  const { reads, writes, plans } = opened()
  for (const work of [() => reads.queue(5, null), () => reads.queue(5, [3, 3]), () => reads.ahead(3, 3), () => writes.submit({ ...row('x'), place: 2.5 })]) {
    const texts = plans(work).filter((plan) => plan.includes('jobs_waiting'))
    expect(texts).toHaveLength(1)
    expect(texts[0]).not.toContain('TEMP B-TREE')
  }
  expect(plans(() => writes.moved('j1', { before: 'j8' })).some((plan) => plan.endsWith('jobs_waiting (rank<?)'))).toBe(true)
})

test('a page of the history walks an index of each state and sorts only what it shows', () => {
  const { reads, plans } = opened()
  const part = { states: [2, 3, 4, 5], along: 'fin', descending: true, after: 5, owner: null, limit: 5, offset: 0 } as const
  for (const [asked, index] of [
    [part, /COVERING INDEX jobs_by_state \(state=\? AND fin>\? AND fin<\?\)/g],
    [{ ...part, after: null, descending: false }, /COVERING INDEX jobs_by_state \(state=\? AND fin>\?\)/g],
    [{ ...part, owner: 'me' }, /COVERING INDEX jobs_of_owner \(owner=\? AND state=\? AND fin>\? AND fin<\?\)/g],
    [{ ...part, along: 'seq', states: [0, 1, 2, 3] }, /COVERING INDEX jobs_by_state \(state=\? AND fin=\? AND rowid<\?\)/g],
  ] as const) {
    const [plan] = plans(() => reads.history(asked))
    expect(plan?.match(index)).toHaveLength(4)
    expect(plan).not.toContain('SCAN jobs')
    expect(plan?.match(/TEMP B-TREE/g)?.length ?? 0).toBeLessThanOrEqual(1) // of what it shows
  }
})
