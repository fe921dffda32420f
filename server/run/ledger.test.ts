import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { openFeed } from '../events/open-feed.ts'
import type { FeedEntry } from '../events/feed.ts'
import type { Job } from '../job/job.ts'
import type { JobStore } from '../store/store.ts'
import { openStore } from '../store/open-store.ts'
import { Ledger } from './ledger.ts'
import { testFolder, trivial } from './testing/test-queue.ts'

vi.setConfig({ testTimeout: 60_000 })

/** A ledger over a real store whose writes can be made to fail, as they do on a full disk. */
async function openLedger() {
  const data = testFolder()
  const store = await openStore(data)
  onTestFinished(() => store.close())
  const outcome = await store.submit({ id: 'job', title: '', nodes: 1, created: 0, origin: { api: 'kinograph' }, request: { workflow: trivial() } })
  if (outcome.status !== 'accepted') throw new Error(outcome.status)
  const disk = { full: 0 }
  const failing = (work: () => Promise<boolean>) => disk.full-- > 0 ? Promise.reject(new Error('database or disk is full')) : work()
  const limited: JobStore = Object.assign(Object.create(store) as JobStore, {
    started: (...args: Parameters<JobStore['started']>) => failing(() => store.started(...args)),
    ended: (...args: Parameters<JobStore['ended']>) => failing(() => store.ended(...args)),
    requeued: (...args: Parameters<JobStore['requeued']>) => failing(() => store.requeued(...args)),
  })
  const entries: FeedEntry[] = []
  const feed = openFeed({ waiting: () => [] })
  feed.subscribe({ onEntry: (entry) => entries.push(entry) })
  const errors: string[] = []
  const log = { info: () => {}, warn: () => {}, error: (_fields: object, message: string) => void errors.push(message) }
  return { ledger: new Ledger({ store: limited, feed, log, data }), store, disk, entries, errors, data, job: outcome.job as Job }
}

test('an end that can\'t be written now is written later, its start before it, and only then told', async () => {
  const { ledger, store, disk, entries, errors, job } = await openLedger()
  disk.full = 4 // the start, then three times the end or the start again
  const running = ledger.start(job)
  await ledger.end(running, { state: 'done', at: 5 })
  expect(await store.get('job')).toMatchObject({ state: 'done', attempts: 1, ended: 5 })
  expect(entries.map(({ event }) => event.type)).toEqual(['job.started', 'job.ended'])
  expect(errors.length).toBeGreaterThan(2)
  expect(ledger.running.size).toBe(0)
})

test('a job that waits again is counted by what happened to it', async () => {
  const { ledger, store, disk, job } = await openLedger()
  const problem = { code: 'execution_failed' as const, problem: 'the worker was killed' }
  disk.full = 1
  const again = await ledger.requeue(ledger.start(job), { to: 'queued', problem, death: true, delay: 60_000, uncounted: false })
  expect(again).toMatchObject({ state: 'queued', attempts: 1, deaths: 1, problem, notBefore: expect.any(Number) })
  expect(await store.get('job')).toMatchObject({ state: 'queued', attempts: 1, deaths: 1, notBefore: again?.notBefore })
  const stopped = await ledger.requeue(ledger.start(again!), { to: 'queued', problem, death: false, delay: 0, uncounted: true })
  expect(stopped).toMatchObject({ attempts: 1, deaths: 1 })
  expect(await store.get('job')).toMatchObject({ state: 'queued', attempts: 1, deaths: 1 })
})

test('a server that ends gives up what the disk does not take: nobody is told, and the next start finds the job', async () => {
  const { ledger, store, disk, entries, job } = await openLedger()
  const running = ledger.start(job)
  disk.full = 1e9
  const ending = ledger.end(running, { state: 'done', at: 5 })
  await ledger.settled(0.1)
  await ending
  expect(entries.map(({ event }) => event.type)).toEqual(['job.started'])
  expect((await store.get('job'))?.state).toBe('running')
})

test('checkpoints go when their job ends', async () => {
  const { ledger, data, job } = await openLedger()
  mkdirSync(join(data, 'checkpoints/job'), { recursive: true })
  writeFileSync(join(data, 'checkpoints/job/1.ckpt'), 'x')
  const running = ledger.start(job)
  await ledger.end({ ...running, started: 1 }, { state: 'cancelled', at: 5000 })
  await vi.waitFor(() => expect(readdirSync(join(data, 'checkpoints'))).toEqual([]))
})
