import { createHash, randomBytes } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { RECORD_VERSION, type RunRecord } from '../run/explain-record.ts'

/** Most records that are kept, the oldest go first. */
const MOST_RECORDS = 50
/** Most bytes that all records take. */
const MOST_BYTES = 32 * 2 ** 20
/** A larger record is not written. */
const MOST_RECORD_BYTES = 8 * 2 ** 20

/**
 * Keeps the record of a run in a folder, in the place of an earlier one of the same workflow.
 * @param subject what was run: the path of a file
 * @throws system errors
 */
export async function writeRecord(folder: string, subject: string, record: RunRecord): Promise<void> {
  const text = JSON.stringify(record)
  if (text.length > MOST_RECORD_BYTES) return
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const temporary = join(folder, `.${randomBytes(6).toString('hex')}.tmp`)
  try {
    await writeFile(temporary, text, { flag: 'wx', mode: 0o600 })
    await rename(temporary, fileOf(folder, subject))
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {})
    throw error
  }
  await prune(folder)
}

/** The last run's record: of this workflow, or else of any. What can't be read counts as not there. */
export async function readRecord(folder: string, subject: string): Promise<{ record: RunRecord; isSame: boolean } | undefined> {
  const own = await read(fileOf(folder, subject))
  if (own) return { record: own, isSame: true }
  for (const { path } of await list(folder)) {
    const record = await read(path)
    if (record) return { record, isSame: false }
  }
  return undefined
}

function fileOf(folder: string, subject: string): string {
  return join(folder, `${createHash('sha256').update(subject).digest('hex').slice(0, 32)}.json`)
}

async function read(path: string): Promise<RunRecord | undefined> {
  try {
    const record: unknown = JSON.parse(await readFile(path, 'utf8'))
    return isRecord(record) ? record : undefined
  } catch {
    return undefined
  }
}

/** The folder is our own; whether the file is of our making is enough to know. */
function isRecord(value: unknown): value is RunRecord {
  return typeof value === 'object' && value !== null && 'v' in value && value.v === RECORD_VERSION &&
    'nodes' in value && typeof value.nodes === 'object' && value.nodes !== null &&
    'environment' in value && typeof value.environment === 'object' && value.environment !== null
}

/** The records, the latest first. */
async function list(folder: string): Promise<{ path: string; bytes: number; at: number }[]> {
  const names = await readdir(folder).catch(() => [])
  const records = await Promise.all(names.map(async (name) => {
    const path = join(folder, name)
    const info = await stat(path).catch(() => undefined) // another process has just removed it
    return { path, bytes: info?.size ?? 0, at: info?.mtimeMs ?? 0 }
  }))
  return records.sort((a, b) => b.at - a.at)
}

async function prune(folder: string): Promise<void> {
  let bytes = 0
  for (const [index, record] of (await list(folder)).entries()) {
    bytes += record.bytes
    if (index >= MOST_RECORDS || bytes > MOST_BYTES) await rm(record.path, { force: true }).catch(() => {})
  }
}
