import { execFileSync } from 'node:child_process'
import { appendFileSync, copyFileSync, existsSync, mkdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { runs } from '../../test/laws.ts'
import { openStore } from './open-store.ts'
import { newJob, PROBLEM, scratchFolder } from './testing/jobs.ts'
import { startChild } from './testing/processes.ts'
import { cutOff } from './wal.ts'

/** A folder as a server left it that was killed while it worked: a database and a log with many commits. */
async function crashedFolder(): Promise<{ folder: string; acknowledged: number }> {
  const folder = scratchFolder()
  const child = await startChild('submit', folder, '320') // few enough for the log to be in its first life
  await child.wrote(320)
  await child.kill()
  return { folder, acknowledged: child.lines().length }
}

function copyOf(folder: string): { folder: string; log: string; database: string } {
  const copy = scratchFolder()
  for (const name of ['kinograph.db', 'kinograph.db-wal']) copyFileSync(join(folder, name), join(copy, name))
  return { folder: copy, log: join(copy, 'kinograph.db-wal'), database: join(copy, 'kinograph.db') }
}

async function idsIn(folder: string): Promise<{ ids: string[]; truncated: string | undefined }> {
  const store = await openStore(folder)
  const ids = (await store.waiting()).map(({ id }) => id)
  await store.close()
  return { ids, truncated: store.recovery.truncated }
}

describe('a log that was cut off', () => {
  let crashed: { folder: string; acknowledged: number }
  beforeAll(async () => {
    crashed = await crashedFolder()
  })

  test('ends with a whole commit when it was not', async () => {
    const { folder } = copyOf(crashed.folder)
    const { ids, truncated } = await idsIn(folder)
    expect(truncated).toBeUndefined()
    expect(ids).toHaveLength(crashed.acknowledged)
  })

  test('opens at its last whole commit, wherever it was cut, and says so', async () => {
    const whole = (await idsIn(copyOf(crashed.folder).folder)).ids
    const size = statSync(join(crashed.folder, 'kinograph.db-wal')).size
    await fc.assert(fc.asyncProperty(fc.integer({ min: 1, max: size - 1 }), async (length) => {
      const { folder, log } = copyOf(crashed.folder)
      truncateSync(log, length)
      const cut = cutOff(log)
      const { ids, truncated } = await idsIn(folder)
      expect(ids).toEqual(whole.slice(0, ids.length)) // the first of them, and no half ones
      expect(truncated !== undefined).toBe(cut !== undefined)
      if (truncated !== undefined) expect(truncated).toContain(`${cut?.bytes} bytes are no whole commit`)
      if (cut === undefined) expect((length - 32) % 4120).toBe(0) // cut between two commits: nothing can tell
    }), runs(25))
  })

  test('goes on from there', async () => {
    const { folder, log } = copyOf(crashed.folder)
    truncateSync(log, Math.floor(statSync(log).size * 0.6) + 7)
    const store = await openStore(folder)
    expect(store.recovery.truncated).toContain('was cut off')
    const before = (await store.waiting()).length
    await store.submit(newJob('after'))
    await store.close()
    const { ids, truncated } = await idsIn(folder)
    expect([ids.length, ids.at(-1), truncated]).toEqual([before + 1, 'after', undefined])
  })

  test('a page in the middle that went bad counts as the end', async () => {
    const { folder, log } = copyOf(crashed.folder)
    const bytes = readFileSync(log)
    const middle = 32 + 4120 * Math.floor((bytes.length - 32) / 4120 / 2) + 2000
    bytes[middle] = bytes[middle]! ^ 1
    writeFileSync(log, bytes)
    const { ids, truncated } = await idsIn(folder)
    expect(truncated).toContain('was cut off')
    expect(ids.length).toBeLessThan(crashed.acknowledged)
  })

  test('what is no log at all is left out', async () => {
    for (const text of ['x', 'x'.repeat(5000)]) {
      const folder = scratchFolder()
      const store = await openStore(folder)
      await store.submit(newJob('a'))
      await store.close()
      writeFileSync(join(folder, 'kinograph.db-wal'), text)
      const { ids, truncated } = await idsIn(folder)
      expect(ids).toEqual(['a'])
      expect(truncated).toContain(`last ${text.length} bytes`)
    }
  })
})

test('jobs that a crash interrupted wait again at their place; too many crashes set one aside', async () => {
  const folder = scratchFolder()
  for (let turn = 1; turn <= 3; turn++) {
    const store = await openStore(folder, { maxCrashes: 3, now: () => 77 })
    if (turn === 1) for (const id of ['a', 'b']) await store.submit(newJob(id))
    expect(store.recovery).toEqual({ requeued: turn === 1 ? [] : ['a'], cancelled: [], quarantined: [] })
    expect((await store.waiting()).map(({ id }) => id)).toEqual(['a', 'b'])
    await store.started('a', turn)
    await store.close() // it leaves the job as a crash would: running
  }
  const store = await openStore(folder, { maxCrashes: 3, now: () => 77 })
  expect(store.recovery).toEqual({ requeued: [], cancelled: [], quarantined: ['a'] })
  expect(await store.get('a')).toMatchObject({ state: 'quarantined', attempts: 3, ended: 77, problem: { problem: 'the server ended 3 times while this job ran' } })
  expect((await store.history({ limit: 9 })).jobs.map(({ id }) => id)).toEqual(['a'])
  expect(await store.counts()).toMatchObject({ byState: { queued: 1, running: 0, quarantined: 1 } })
  await store.close()
})

test('a job that was put back in time was not interrupted', async () => {
  const folder = scratchFolder()
  const store = await openStore(folder)
  await store.submit(newJob('a'))
  await store.started('a', 1)
  await store.requeued('a', { at: 2, problem: PROBLEM, death: false })
  await store.close()
  const again = await openStore(folder)
  expect(again.recovery).toEqual({ requeued: [], cancelled: [], quarantined: [] })
  await again.close()
})

describe('two on one folder', () => {
  test('the second is refused, in words that name the first; the folder of one that was killed is taken', async () => {
    const folder = scratchFolder()
    const first = await startChild('hold', folder)
    await first.wrote(1)
    const pid = first.process.pid
    await expect(openStore(folder)).rejects.toMatchObject({
      code: 'locked', message: expect.stringContaining(`is in use by another server (process ${pid}). Stop it (kill ${pid})`),
    })
    await first.kill()
    expect(readFileSync(join(folder, 'lock'), 'utf8')).toBe(`${pid}\n`)
    const store = await openStore(folder)
    expect(readFileSync(join(folder, 'lock'), 'utf8')).toBe(`${process.pid}\n`)
    await expect(openStore(folder)).rejects.toMatchObject({ code: 'locked' })
    await store.close()
    expect(existsSync(join(folder, 'lock'))).toBe(false)
  })

  test('of many that start at once, one has it', async () => {
    const folder = scratchFolder()
    const all = await Promise.all(Array.from({ length: 4 }, () => startChild('hold', folder)))
    const refused = all.slice(1)
    await Promise.race(all.map((child) => child.wrote(1)))
    const opened = () => all.filter((child) => child.lines().includes('open'))
    while (all.filter((child) => child.process.exitCode !== null).length < refused.length) await new Promise((settle) => setTimeout(settle, 20))
    expect(opened()).toHaveLength(1)
    await opened()[0]!.kill()
  })
})

describe('refuses', () => {
  async function usedFolder(jobs = 300): Promise<{ folder: string; database: string }> {
    const folder = scratchFolder()
    const store = await openStore(folder)
    await Promise.all(Array.from({ length: jobs }, (_, index) => store.submit(newJob(`j${index}`))))
    await store.close()
    return { folder, database: join(folder, 'kinograph.db') }
  }

  test('what is no database, or another program\'s', async () => {
    const folder = scratchFolder()
    writeFileSync(join(folder, 'kinograph.db'), 'these are my notes, and they are long enough to be read as a header of something'.repeat(9))
    await expect(openStore(folder)).rejects.toMatchObject({ code: 'corrupt', message: expect.stringContaining('move it away') })
    const { folder: other, database } = await usedFolder(1)
    const bytes = readFileSync(database)
    bytes.writeUInt32BE(1234, 68) // the application's number
    writeFileSync(database, bytes)
    await expect(openStore(other)).rejects.toMatchObject({ code: 'corrupt', message: expect.stringContaining('not one of kinograph\'s') })
  })

  test('a damaged database after a crash, wherever the damage is', async () => {
    const { folder, database } = await usedFolder()
    const bytes = readFileSync(database)
    for (let page = 0; page * 4096 < bytes.length; page += 3) {
      const copy = scratchFolder()
      const damaged = Buffer.from(bytes)
      damaged.fill(0xa5, page * 4096 + (page === 0 ? 100 : 0), (page + 1) * 4096)
      writeFileSync(join(copy, 'kinograph.db'), damaged)
      appendFileSync(join(copy, 'kinograph.db-wal'), 'x') // the sign of a crash
      await expect(openStore(copy), `page ${page}`).rejects.toMatchObject({ code: 'corrupt', message: expect.stringContaining('bring back a copy') })
    }
    await expect(idsIn(folder)).resolves.toMatchObject({ truncated: undefined })
  })

  test('damage that is met later is said too, and harms nothing else', async () => {
    const { folder, database } = await usedFolder()
    const bytes = readFileSync(database)
    // the last pages hold requests: small rows are elsewhere
    bytes.fill(0xa5, bytes.length - 4096)
    writeFileSync(database, bytes)
    const store = await openStore(folder)
    const found = await Promise.allSettled((await store.waiting()).map(({ id }) => store.get(id)))
    const failed = found.filter((one) => one.status === 'rejected')
    expect(failed.length).toBeGreaterThan(0)
    for (const { reason } of failed) expect(reason).toMatchObject({ code: 'corrupt' })
    expect(found.length).toBe(300)
    await store.close().catch(() => {})
  })

  test('a database of a later version', async () => {
    const { folder, database } = await usedFolder(1)
    const bytes = readFileSync(database)
    bytes.writeUInt32BE(99, 60) // user_version
    writeFileSync(database, bytes)
    await expect(openStore(folder)).rejects.toMatchObject({
      code: 'newer', message: expect.stringMatching(/made by a later kinograph \(database version 99; this one knows up to \d+\)/),
    })
    expect(readFileSync(database).equals(bytes)).toBe(true)
  })

  test.runIf(process.platform === 'linux')('a folder that can not be written', async () => {
    const { folder } = await usedFolder(1)
    const readOnly = join(folder, 'mine')
    mkdirSync(readOnly, { mode: 0o555 })
    execFileSync('chmod', ['755', folder])
    const child = await startChild('try', readOnly, process.getuid?.() === 0 ? '65534' : '')
    await child.ended
    expect(JSON.parse(child.lines()[0] ?? '')).toMatchObject({ code: 'read_only', message: expect.stringContaining('Give this user the right to write') })
    const below = await startChild('try', join(readOnly, 'new'), process.getuid?.() === 0 ? '65534' : '')
    await below.ended
    expect(JSON.parse(below.lines()[0] ?? '')).toMatchObject({ code: 'read_only' })
  })
})

test('what was to stop when the server ended is cancelled, and runs no more', async () => {
  const folder = scratchFolder()
  const store = await openStore(folder)
  for (const id of ['a', 'b', 'c']) await store.submit(newJob(id))
  await store.started('a', 1)
  await store.started('b', 1)
  await store.ended('c', { state: 'done', at: 2 })
  expect(await store.cancelling('a')).toBe(true)
  expect(await store.cancelling('c')).toBe(false)
  await store.close()
  const again = await openStore(folder, { now: () => 9 })
  expect(again.recovery).toEqual({ requeued: ['b'], cancelled: ['a'], quarantined: [] })
  expect(await again.get('a')).toMatchObject({ state: 'cancelled', ended: 9 })
  expect((await again.history({ limit: 9 })).jobs.map(({ id }) => id)).toEqual(['a', 'c'])
  await again.close()
})
