import { join } from 'node:path'
import Database from 'libsql'
import { expect, test } from 'vitest'
import { MIGRATIONS } from './migrations/index.ts'
import { openStore } from './open-store.ts'
import { newJob, RESULT, scratchFolder } from './testing/jobs.ts'

const OURS = 0x4b4e4f47

/** A database as the version with that many migrations left it, with a job that ran. */
function olderDatabase(version: number): string {
  const folder = scratchFolder()
  const db = new Database(join(folder, 'kinograph.db'))
  for (const migration of MIGRATIONS.slice(0, version)) db.exec(migration)
  db.exec(`PRAGMA user_version = ${version}; PRAGMA application_id = ${OURS}`)
  db.exec(`INSERT INTO jobs (id, state, rank, created, bytes, head) VALUES ('old', 1, 1, 5, 9, '{"title":"t","nodes":1,"api":"comfy"}')`)
  db.exec(`INSERT INTO requests VALUES (1, '{"workflow":{}}', '{"api":"comfy"}')`)
  db.close()
  return folder
}

test.each(MIGRATIONS.map((_, index) => index + 1))('a database of version %i is brought up to this one, and keeps its jobs', async (version) => {
  const folder = olderDatabase(version)
  for (let turn = 0; turn < 2; turn++) {
    const store = await openStore(folder)
    if (turn === 0) {
      expect(store.recovery.requeued).toEqual(['old'])
      expect(await store.submit(newJob('new'))).toMatchObject({ job: { seq: 2 } })
      await store.named({ job: 'old', node: 'n', index: 0, prefix: 'clip', extension: 'mp4', sha256: 's' })
      await store.workflows.write('w', '{}', null)
      await store.ended('old', { state: 'done', at: 7, result: RESULT })
    }
    expect(await store.get('old')).toMatchObject({ state: 'done', title: 't', api: 'comfy', request: { workflow: {} }, result: RESULT })
    expect(await store.workflows.list()).toHaveLength(1)
    await store.close()
  }
})

test('a migration that fails leaves the database as it was', async () => {
  const folder = olderDatabase(1)
  const file = join(folder, 'kinograph.db')
  const db = new Database(file)
  db.exec('CREATE TABLE names (something TEXT)') // in the way of the second
  db.close()
  await expect(openStore(folder)).rejects.toMatchObject({ code: 'failed', message: expect.stringContaining('table names already exists') })
  const after = new Database(file)
  expect(after.prepare('PRAGMA user_version').raw().all()).toEqual([[1]])
  expect(after.prepare("SELECT count(*) FROM sqlite_schema WHERE name = 'files'").raw().all()).toEqual([[0]])
  after.close()
})
