import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { readinessOf } from './readiness.ts'
import type { ReadinessSources } from './readiness.ts'

const folder = mkdtempSync(join(tmpdir(), 'kinograph-ready-'))
afterAll(() => rmSync(folder, { recursive: true }))

const folders = { data: folder, output: folder, input: folder, models: folder }
const well: ReadinessSources = {
  store: { check: async () => {}, failures: 0, recovery: { requeued: [], cancelled: [], quarantined: [] } },
  desk: { unready: [] },
  config: { folders, minFreeBytes: 0 },
  isStopping: () => false,
}

const problemsOf = async (sources: Partial<ReadinessSources>) => {
  const { ready, checks } = await readinessOf({ ...well, ...sources })()
  return { ready, problems: checks.filter(({ ok }) => !ok).map(({ name, problem }) => `${name}: ${problem}`) }
}

test('a server is ready when store, worker and disk are', async () => {
  expect(await readinessOf(well)()).toEqual({
    ready: true, notices: [], checks: [{ name: 'running', ok: true }, { name: 'worker', ok: true }, { name: 'store', ok: true }, { name: 'disk', ok: true }],
  })
})

test('it says each thing that stands in the way', async () => {
  const { ready, problems } = await problemsOf({
    desk: { unready: [{ device: 'cpu' }, { device: 'cuda', problem: 'no driver.' }] },
    store: { ...well.store, check: async () => { throw new Error('disk I/O error') } },
    config: { folders, minFreeBytes: 1e18 },
    isStopping: () => true,
  })
  expect(ready).toBe(false)
  expect(problems).toEqual([
    'running: The server is shutting down.',
    "worker: The worker of cpu has not answered yet. cuda can't be opened: no driver. If this stays, \"kinograph doctor\" says what is missing.",
    "store: The queue can't be written: disk I/O error",
    expect.stringMatching(/^disk: \S+ has \d+ bytes free, and 1000000000000000000 are wanted\./),
  ])
})

test('it says that a folder is gone', async () => {
  const gone = join(folder, 'gone')
  const { problems } = await problemsOf({ config: { folders: { ...folders, output: gone }, minFreeBytes: 0 } })
  expect(problems).toEqual([expect.stringContaining(`disk: ${gone} can't be looked at: ENOENT`)])
})

test('it is ready although the log was cut off, and says so', async () => {
  const truncated = 'the log was cut off'
  expect(await readinessOf({ ...well, store: { ...well.store, recovery: { ...well.store.recovery, truncated } } })()).toMatchObject({ ready: true, notices: [truncated] })
})

test('many that ask at once have the disk looked at once', async () => {
  let times = 0
  const ready = readinessOf({ ...well, store: { ...well.store, check: async () => { times++ } } })
  await Promise.all([ready(), ready(), ready()])
  expect(times).toBe(1)
})

test('once a write has failed, what was seen before does not count', async () => {
  let isFull = false
  let failures = 0
  let times = 0
  const check = async () => {
    times++
    if (!isFull) return
    failures++
    throw new Error('the disk is full')
  }
  const ready = readinessOf({ ...well, store: { ...well.store, check, get failures() { return failures } } })
  expect((await ready()).ready).toBe(true)
  isFull = true
  expect((await ready()).ready).toBe(true) // nobody has noticed yet
  failures++
  const answers = await Promise.all([ready(), ready()])
  expect(answers.map((answer) => answer.ready)).toEqual([false, false])
  failures++
  expect((await ready()).ready).toBe(false)
  expect(times).toBe(2) // what is bad already is not looked at each time that something fails
})
