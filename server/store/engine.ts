/** The store without its thread: opens the database, answers batches of calls. */
import { statSync } from 'node:fs'
import { closeDatabase, openDatabase } from './database.ts'
import type { Connection } from './database.ts'
import { fileOperations } from './file-names.ts'
import { jobReads } from './job-reads.ts'
import { jobWrites } from './job-writes.ts'
import type { Answer, Call, Opened, OperationName, Operations, Reads, ThreadData, Writes } from './operations.ts'
import { pruneOperations } from './prune.ts'
import { recover } from './recovery.ts'
import { Sql } from './sql.ts'
import { storeErrorData } from './store-error.ts'
import { copyTally, readTally } from './tally.ts'
import type { Tally } from './tally.ts'
import { cutOff } from './wal.ts'
import { workflowOperations } from './workflow-versions.ts'

const READS: ReadonlySet<OperationName> = new Set<keyof Reads>([
  'get', 'records', 'requests', 'queue', 'history', 'total', 'lastEnding', 'filesOf', 'isPaused', 'counts', 'listWorkflows', 'readWorkflow', 'versions',
])

/** Answers calls; everything that changes something in one batch is one transaction. */
export class Engine {
  readonly opened: Opened
  readonly #data: ThreadData
  readonly #db: Connection
  readonly #sql: Sql
  readonly #tally: Tally
  readonly #operations: Operations

  /** @throws StoreError or an error of SQLite: see storeErrorData */
  constructor(data: ThreadData) {
    this.#data = data
    const log = `${data.file}-wal`
    const wasCrash = (statSync(log, { throwIfNoEntry: false })?.size ?? 0) > 0
    const cut = cutOff(log)
    this.#db = openDatabase(data.file, data.lockFile, wasCrash)
    this.#sql = new Sql(this.#db)
    this.opened = { ...recover(this.#sql, data), ...(cut === undefined ? {} : { truncated: truncatedText(log, cut.bytes) }) }
    this.#tally = readTally(this.#sql)
    this.#operations = operations(this.#sql, this.#tally, data)
  }

  /** Answers in any order: first the changes, then the questions, which see them. */
  answer(calls: readonly Call[]): Answer[] {
    const writes = calls.filter(([, name]) => !READS.has(name))
    const reads = calls.filter(([, name]) => READS.has(name))
    return [...this.#writeAll(writes), ...reads.map((call) => this.#attempt(call))]
  }

  close(): void {
    closeDatabase(this.#db, this.#data.lockFile)
  }

  /** When the whole can't be done, each by itself: one that fails must not take the others with it. */
  #writeAll(calls: readonly Call[]): Answer[] {
    if (calls.length === 0) return []
    try {
      return this.#transaction(() => calls.map((call) => [call[0], this.#do(call)] as const))
    } catch (error) {
      const problem = storeErrorData(error, this.#data.file)
      if (calls.length === 1) return [[calls[0]![0], undefined, problem]]
      return calls.flatMap((call) => this.#writeAll([call]))
    }
  }

  #transaction<T>(work: () => T): T {
    const before = copyTally(this.#tally)
    try {
      this.#sql.exec('BEGIN IMMEDIATE')
      const result = work()
      this.#sql.exec('COMMIT')
      return result
    } catch (error) {
      Object.assign(this.#tally, before)
      this.#sql.rollback()
      throw error
    }
  }

  #attempt(call: Call): Answer {
    try {
      return [call[0], this.#do(call)]
    } catch (error) {
      return [call[0], undefined, storeErrorData(error, this.#data.file)]
    }
  }

  #do([, name, ...args]: Call): unknown {
    const operation = this.#operations[name] as (...args: readonly unknown[]) => unknown // link.ts sends each with its own arguments
    return operation(...args)
  }
}

function operations(sql: Sql, tally: Tally, { file, outputFolder, queueLimit }: ThreadData): Operations {
  const reads = jobReads(sql, tally, file)
  return {
    ...reads,
    ...jobWrites(sql, tally, reads, queueLimit),
    ...pruneOperations(sql, tally),
    ...fileOperations(sql, outputFolder),
    ...workflowOperations(sql),
    ...settings(sql),
  }
}

function settings(sql: Sql): Pick<Writes, 'pause' | 'touch'> & Pick<Reads, 'isPaused'> {
  const set = (key: string, value: number) =>
    void sql.change('INSERT INTO meta VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value', key, value)
  return {
    pause: (value) => set('paused', value),
    touch: (at) => set('checked', at),
    isPaused: () => sql.row<[number]>("SELECT value FROM meta WHERE key = 'paused'")?.[0] === 1,
  }
}

const truncatedText = (log: string, bytes: number): string =>
  `The end of the log ${log} was cut off: its last ${bytes} bytes are no whole commit and were left out. Everything before them is there.`
