/** What stands in the database of a server that has stopped, read past the server. */
import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'libsql'
import { JOB_STATES } from '../../server/job/states.ts'
import type { JobState } from '../../server/job/states.ts'
import { scratchFolder } from '../server/support.ts'

export interface StoredJob {
  readonly id: string
  readonly title: string
  readonly state: JobState
  readonly problem?: string
}

export interface StoredFile {
  readonly job: string
  readonly node: string
  readonly index: number
  readonly filename: string
  readonly subfolder: string
  /** Absent while it is only named. */
  readonly bytes?: number
  readonly sha256?: string
}

export interface StoreContent {
  readonly jobs: readonly StoredJob[]
  readonly files: readonly StoredFile[]
}

/** All jobs and files. The columns are those of server/store/migrations. Of a copy: this process may hold on to what it opens. */
export function readStore(data: string): StoreContent {
  const copy = join(scratchFolder(), 'kinograph.db')
  copyFileSync(join(data, 'kinograph.db'), copy)
  const db = new Database(copy)
  const rows = (sql: string) => db.prepare(sql).all() as Readonly<Record<string, string | number | null>>[] // rows are objects by column
  try {
    const jobs = rows('SELECT id, state, json_extract(head, \'$.title\') AS title, problem FROM jobs').map(({ id, state, title, problem }) =>
      ({ id: String(id), title: String(title), state: JOB_STATES[Number(state)]!, ...(problem !== null && { problem: String(problem) }) })) // as they are written
    const files = rows('SELECT id, node, number, filename, subfolder, files.bytes AS bytes, sha256 FROM files JOIN jobs USING (seq)')
      .map(({ id, node, number, filename, subfolder, bytes, sha256 }) => ({
        job: String(id), node: String(JSON.parse(String(node))), index: Number(number), filename: String(filename), subfolder: String(subfolder),
        ...(bytes !== null && { bytes: Number(bytes) }), ...(sha256 !== null && { sha256: String(sha256) }),
      }))
    return { jobs, files }
  } finally {
    db.close()
  }
}
