import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openStore } from './open-store.ts'
import type { FileToName, JobStore } from './store.ts'
import { newJob, scratchFolder } from './testing/jobs.ts'

const file = (more: Partial<FileToName> = {}): FileToName => ({ job: 'a', node: '7', index: 0, prefix: 'clip', extension: 'mp4', sha256: 's1', ...more })

async function opened(folder: string): Promise<JobStore> {
  const store = await openStore(folder, { outputFolder: join(folder, 'out') })
  await Promise.all(['a', 'b'].map((id) => store.submit(newJob(id))))
  return store
}

test('the same file has the same name, in every attempt and after a restart', async () => {
  const folder = scratchFolder()
  const store = await opened(folder)
  expect(await store.named(file())).toEqual({ filename: 'clip_00001.mp4', subfolder: '', isNew: true, earlier: [] })
  expect(await store.named(file({ sha256: 's2' }))).toEqual({ filename: 'clip_00001.mp4', subfolder: '', isNew: false, earlier: ['s1'] })
  expect(await store.named(file({ index: 1 }))).toMatchObject({ filename: 'clip_00002.mp4', isNew: true })
  expect(await store.named(file({ job: 'b' }))).toMatchObject({ filename: 'clip_00003.mp4', isNew: true })
  expect(await store.named(file({ node: '7.1', prefix: 'tests/x/clip' }))).toMatchObject({ filename: 'clip_00001.mp4', subfolder: 'tests/x' })
  await store.close()
  const again = await opened(folder)
  expect(await again.named(file())).toEqual({ filename: 'clip_00001.mp4', subfolder: '', isNew: false, earlier: ['s1', 's2'] })
  await again.close()
})

test('no name is given twice, though its job is forgotten or its file never came', async () => {
  const folder = scratchFolder()
  const store = await opened(folder)
  await store.named(file())
  await store.ended('a', { state: 'failed', at: 1 })
  await store.forget('all')
  expect(await store.named(file({ job: 'b' }))).toMatchObject({ filename: 'clip_00002.mp4', isNew: true })
  expect(await store.named(file({ job: 'b', index: 1, prefix: 'CLIP' }))).toMatchObject({ filename: 'CLIP_00003.mp4' }) // one file on some disks
  await store.close()
})

test('what is in the output folder keeps its name', async () => {
  const folder = scratchFolder()
  mkdirSync(join(folder, 'out'))
  for (const name of ['clip_00007.mp4', 'clip_00009.png', 'clip_long_00099.mp4', 'clip_1.mp4', 'clip_99999999999.mp4']) writeFileSync(join(folder, 'out', name), '')
  const store = await opened(folder)
  expect(await store.named(file())).toMatchObject({ filename: 'clip_00008.mp4' })
  writeFileSync(join(folder, 'out', 'clip_00009.mp4'), 'somebody made it meanwhile')
  expect(await store.named(file({ index: 1 }))).toMatchObject({ filename: 'clip_00010.mp4' })
  await store.close()
})

test('a name that a stranger took is given up for another', async () => {
  const store = await opened(scratchFolder())
  await store.named(file())
  expect(await store.named(file({ taken: 'clip_00001.mp4', sha256: 's2' }))).toEqual({ filename: 'clip_00002.mp4', subfolder: '', isNew: true, earlier: [] })
  expect(await store.named(file({ taken: 'clip_00001.mp4' }))).toEqual({ filename: 'clip_00002.mp4', subfolder: '', isNew: false, earlier: ['s2'] })
  await store.close()
})

test('files are listed once they are there', async () => {
  const store = await opened(scratchFolder())
  await store.named(file())
  expect(await store.filesOf('a')).toEqual([])
  const published = { node: '7', index: 0, filename: 'clip_00001.mp4', subfolder: '', bytes: 5, sha256: 's1' }
  await store.published('a', published)
  await store.published('a', { ...published, bytes: 6 }) // again, after a crash
  expect(await store.filesOf('a')).toEqual([{ ...published, bytes: 6 }])
  await store.close()
})

test('a prefix that leaves the folder, or is no name, is refused', async () => {
  const store = await opened(scratchFolder())
  for (const prefix of ['../x', 'a/../../x', '/x', 'a//b', '', '.', 'a\\b', 'a\0b']) {
    await expect(store.named(file({ prefix })), prefix).rejects.toMatchObject({ code: 'invalid' })
  }
  await expect(store.named(file({ extension: 'mp4/../x' }))).rejects.toMatchObject({ code: 'invalid' })
  await store.close()
})
