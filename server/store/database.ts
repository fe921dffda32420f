import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import Database from 'libsql'
import { MIGRATIONS } from './migrations/index.ts'
import { StoreError } from './store-error.ts'

/** Written into the file's header: "KNOG". */
const APPLICATION = 0x4b4e4f47
/** How long a server that is just ending may still hold the file, in milliseconds. */
const BUSY_TIMEOUT = 1000
/** After an end without goodbye, files up to this size are checked whole: 0.1 s. */
const CHECKED_BYTES = 16 * 1024 * 1024

export type Connection = Database.Database

/**
 * Opens the database and makes it this version's. It is held alone (a lock of the system, which ends with the process,
 * however it ends), so the log needs no memory shared with others.
 * @throws StoreError `locked` (with the other's process id), `newer`, `corrupt`; SQLite's errors
 */
export function openDatabase(file: string, lockFile: string, wasCrash: boolean): Connection {
  const db = new Database(file, { timeout: BUSY_TIMEOUT })
  try {
    lock(db, file, lockFile)
    db.exec('PRAGMA synchronous = FULL')
    db.exec('PRAGMA cache_size = -2000')
    db.exec('PRAGMA journal_size_limit = 16777216')
    db.exec('PRAGMA wal_autocheckpoint = 2000')
    if (wasCrash) check(db, file)
    migrate(db, file)
    return db
  } catch (error) {
    db.close()
    throw error
  }
}

/** Lets go of the file: its log is written back and removed. */
export function closeDatabase(db: Connection, lockFile: string): void {
  db.exec('PRAGMA wal_checkpoint(TRUNCATE)')
  db.close()
  rmSync(lockFile, { force: true })
}

/** The first value of a statement's only row. */
export function value(db: Connection, sql: string): unknown {
  const [row] = db.prepare(sql).raw().all() as unknown[][] // raw rows are lists
  return row?.[0]
}

function lock(db: Connection, file: string, lockFile: string): void {
  db.prepare('PRAGMA locking_mode = EXCLUSIVE').all()
  try {
    db.prepare('PRAGMA journal_mode = WAL').all()
    db.exec('BEGIN IMMEDIATE')
    db.exec('COMMIT')
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && String(error.code).startsWith('SQLITE_BUSY'))) throw error
    throw locked(file, lockFile)
  }
  writeFileSync(lockFile, `${process.pid}\n`)
}

function locked(file: string, lockFile: string): StoreError {
  const pid = readPid(lockFile)
  const who = pid === undefined ? 'another process' : `another server (process ${pid})`
  return new StoreError({
    code: 'locked',
    problem: `${file} is in use by ${who}`,
    remedy: `Stop it${pid === undefined ? '' : ` (kill ${pid})`}, or choose another folder with --data-dir.`,
  })
}

function readPid(lockFile: string): string | undefined {
  try {
    return /^\d+/.exec(readFileSync(lockFile, 'utf8'))?.[0]
  } catch {
    return undefined
  }
}

function check(db: Connection, file: string): void {
  if (statSync(file).size > CHECKED_BYTES) return
  const found = value(db, 'PRAGMA quick_check(1)')
  if (found !== 'ok') throw Object.assign(new Error(String(found).replaceAll(/\s+/g, ' ')), { code: 'SQLITE_CORRUPT' })
}

function migrate(db: Connection, file: string): void {
  const version = Number(value(db, 'PRAGMA user_version'))
  const application = Number(value(db, 'PRAGMA application_id'))
  const isEmpty = Number(value(db, 'SELECT count(*) FROM sqlite_schema')) === 0
  if (application !== APPLICATION && !isEmpty) throw foreign(file)
  if (version > MIGRATIONS.length) throw newer(file, version)
  if (version === MIGRATIONS.length) return
  db.exec('BEGIN IMMEDIATE')
  try {
    for (const migration of MIGRATIONS.slice(version)) db.exec(migration)
    db.exec(`PRAGMA application_id = ${APPLICATION}`)
    db.exec(`PRAGMA user_version = ${MIGRATIONS.length}`)
    db.exec('COMMIT')
  } catch (error) {
    db.exec('ROLLBACK')
    throw error
  }
}

const newer = (file: string, version: number) => new StoreError({
  code: 'newer',
  problem: `${file} was made by a later kinograph (database version ${version}; this one knows up to ${MIGRATIONS.length})`,
  remedy: 'Use that version again, or choose another folder with --data-dir.',
})

const foreign = (file: string) => new StoreError({
  code: 'corrupt',
  problem: `${file} is a database, but not one of kinograph's`,
  remedy: 'Choose another folder with --data-dir.',
})
