/**
 * Why the store can't do something. `locked`: another server has the data folder. `newer`: a later version made it.
 * `corrupt`: the file is damaged. `read_only`, `disk_full`: of the folder. `invalid`: what was given can't be stored.
 * `closed`: it was closed before. `failed`: anything else.
 */
export type StoreErrorCode = 'locked' | 'newer' | 'corrupt' | 'read_only' | 'disk_full' | 'invalid' | 'closed' | 'failed'

export interface StoreErrorData {
  readonly code: StoreErrorCode
  /** Begins in lower case, without a full stop. */
  readonly problem: string
  /** What to do, as sentences. */
  readonly remedy?: string
}

/** A failure of the store, with what to do about it. Plain data crosses the thread: `data` of it. */
export class StoreError extends Error implements StoreErrorData {
  override readonly name = 'StoreError'
  readonly code: StoreErrorCode
  readonly problem: string
  readonly remedy?: string

  constructor({ code, problem, remedy }: StoreErrorData, options?: ErrorOptions) {
    super(`${problem}.${remedy === undefined ? '' : ` ${remedy}`}`, options)
    this.code = code
    this.problem = problem
    if (remedy !== undefined) this.remedy = remedy
  }
}

/** What is wrong, of whatever SQLite or the system threw while `file` was used. */
export function storeErrorData(error: unknown, file: string): StoreErrorData {
  if (error instanceof StoreError) {
    const { code, problem, remedy } = error
    return { code, problem, ...(remedy === undefined ? {} : { remedy }) }
  }
  const code = codeOf(error)
  const message = error instanceof Error ? error.message : String(error)
  for (const [pattern, explain] of CAUSES) if (pattern.test(code)) return explain(file, message)
  return { code: 'failed', problem: `the database ${file} can't be used: ${message}${code === '' ? '' : ` (${code})`}` }
}

/** libsql's own errors have no code; where it can't open a file, SQLite's number (14) stands at the end of the text. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return ''
  if ('code' in error && typeof error.code === 'string' && error.code !== '') return error.code
  return /ConnectionFailed\(.*: 14"?\)$/.test(error.message) ? 'SQLITE_CANTOPEN' : ''
}

/** By SQLite's result code, or the system's. */
const CAUSES: readonly (readonly [RegExp, (file: string, message: string) => StoreErrorData])[] = [
  [/^SQLITE_FULL|^SQLITE_IOERR_(WRITE|FSYNC|TRUNCATE)|^ENOSPC|^EDQUOT|^EFBIG/, (file) => ({
    code: 'disk_full',
    problem: `${file} can't be written: the disk is full`,
    remedy: 'Nothing was changed. Make room on the disk, or choose another folder with --data-dir.',
  })],
  [/^SQLITE_(CORRUPT|NOTADB)/, (file, message) => ({
    code: 'corrupt',
    problem: `the database ${file} is damaged (${message})`,
    remedy: `Stop the server and bring back a copy of the file, or move it away (with ${file}-wal) to begin with an empty one; saved videos and images stay.`,
  })],
  [/^SQLITE_(READONLY|CANTOPEN|PERM)|^EACCES|^EPERM|^EROFS/, (file, message) => ({
    code: 'read_only',
    problem: `${file} can't be opened for writing (${message})`,
    remedy: 'Give this user the right to write to the folder, or choose another one with --data-dir.',
  })],
  [/^SQLITE_BUSY/, (file) => ({
    code: 'locked',
    problem: `${file} is in use by another process`,
    remedy: 'Stop it, or choose another folder with --data-dir.',
  })],
]
