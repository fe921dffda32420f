import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { RunEvent, RunEventBody } from '../../core/run/events.ts'
import type { Job } from '../job/job.ts'
import type { FeedEntry, JobEvent, JobSnapshot, Snapshot } from './feed.ts'
import { JobFold } from './job-fold.ts'
import { openFeed } from './open-feed.ts'
import type { Feed } from './open-feed.ts'

const job = (id: string, over: Partial<Job> = {}): Job => ({
  id, seq: 1, rank: 1, state: 'queued', title: '', nodes: 1, api: 'kinograph', attempts: 0, deaths: 0, created: 0, ...over,
})
const at = (id: string, body: RunEventBody): RunEvent => ({ v: 1, run: id, seq: 0, at: 0, ...body })
const emptyFeed = (limits: { maxBytes?: number; maxCount?: number } = {}) => openFeed({ waiting: () => [], ...limits })

/** What a client knows: running jobs as they stand, and those that have ended. */
class Client {
  readonly running = new Map<string, JobFold>()
  readonly ended = new Map<string, Job>()

  constructor(snapshot?: Snapshot) {
    for (const one of snapshot?.running ?? []) this.running.set(one.job.id, JobFold.from(one))
    for (const one of snapshot?.ended ?? []) this.ended.set(one.id, one)
  }

  hear(entry: FeedEntry): void {
    if (!('job' in entry)) return
    const { job: id, event } = entry
    if (event.type === 'job.started') this.running.set(id, new JobFold(event.job))
    else if (event.type !== 'run' && event.type !== 'job.graph' && event.type !== 'job.forgotten') this.running.delete(id)
    else this.running.get(id)?.apply(event)
    if (event.type === 'job.ended') this.ended.set(id, event.job)
    if (event.type === 'job.forgotten') this.ended.delete(id)
  }

  get knows() {
    const byId = (a: { id: string }, b: { id: string }) => a.id.localeCompare(b.id)
    const sorted = (one: JobSnapshot) => ({ ...one, running: [...one.running].sort((a, b) => a.node.localeCompare(b.node)) })
    const running = [...this.running.values()].map((fold) => sorted(fold.snapshot())).sort((a, b) => byId(a.job, b.job))
    return { running, ended: [...this.ended.values()].sort(byId) }
  }
}

const nodes = fc.constantFrom('1', '2', '3', '4:a')
const body: fc.Arbitrary<RunEventBody> = fc.oneof(
  nodes.map((node): RunEventBody => ({ type: 'node.started', node, shown: node })),
  fc.tuple(nodes, fc.nat(9)).map(([node, value]): RunEventBody => ({ type: 'node.progress', node, shown: node, value, max: 9 })),
  fc.tuple(nodes, fc.option(fc.string(), { nil: undefined })).map(([node, text]): RunEventBody =>
    ({ type: 'node.done', node, shown: node, seconds: 1, ...(text !== undefined && { ui: { text: [text] } }) })),
  nodes.map((node): RunEventBody => ({ type: 'node.cached', node, shown: node })),
  nodes.map((node): RunEventBody => ({ type: 'node.warning', node, shown: node, message: 'careful' })),
  nodes.map((node): RunEventBody => ({ type: 'node.failed', node, shown: node, error: { code: 'execution_failed', problem: 'it broke' } })),
  nodes.map((node): RunEventBody => ({ type: 'node.cancelled', node, shown: node })),
  nodes.map((node): RunEventBody => ({ type: 'node.skipped', node, shown: node, by: { node: '1', shown: '1' }, message: 'blocked' })),
  nodes.map((node): RunEventBody => ({ type: 'run.started', plan: { run: [node], cached: [], skipped: [] }, seeds: [{ node, input: 'seed', value: 7 }] })),
)
const jobs = fc.constantFrom('a', 'b', 'c')
const happening: fc.Arbitrary<readonly [string, JobEvent]> = fc.oneof(
  jobs.map((id) => [id, { type: 'job.queued', job: job(id) }] as const),
  jobs.map((id) => [id, { type: 'job.started', job: job(id, { state: 'running' }) }] as const),
  jobs.map((id) => [id, { type: 'job.graph', nodes: [{ id: '1', type: 'Sampler' }] }] as const),
  { weight: 8, arbitrary: fc.tuple(jobs, body).map(([id, one]) => [id, { type: 'run', event: at(id, one) }] as const) },
  jobs.map((id) => [id, { type: 'job.changed', job: job(id, { attempts: 1 }) }] as const),
  jobs.map((id) => [id, { type: 'job.ended', job: job(id, { state: 'done' }) }] as const),
  jobs.map((id) => [id, { type: 'job.forgotten' }] as const),
)

/** Starts may only follow where a job does not run, as in the queue. */
function emitAll(feed: Feed, happenings: readonly (readonly [string, JobEvent])[]): void {
  for (const [id, event] of happenings) feed.emit(event, 'job' in event ? event.job : job(id))
}

test('a snapshot and the entries after it say the same as all entries from the beginning', async () => {
  await fc.assert(fc.asyncProperty(fc.array(happening, { maxLength: 60 }), fc.array(happening, { maxLength: 60 }), async (before, after) => {
    const feed = emptyFeed()
    const always = new Client()
    feed.subscribe({ onEntry: (entry) => always.hear(entry) })
    emitAll(feed, before)
    const snapshot = await feed.snapshot()
    emitAll(feed, after)
    const late = new Client(snapshot)
    for (const entry of feed.since(snapshot.cursor) ?? []) late.hear(entry)
    expect(late.knows).toEqual(always.knows)
  }))
})

test('whoever was away gets what came since, once each, whatever cursor they have', () => {
  fc.assert(fc.property(fc.array(happening, { minLength: 1, maxLength: 60 }), fc.nat(), (happenings, pick) => {
    const feed = emptyFeed()
    const entries: FeedEntry[] = []
    feed.subscribe({ onEntry: (entry) => entries.push(entry) })
    emitAll(feed, happenings)
    const from = pick % entries.length
    const since = feed.since(entries[from]!.cursor) ?? []
    const isOldProgress = (entry: FeedEntry, index: number) => entries.slice(index + 1).some((later) => sameProgress(entry, later))
    expect(since).toEqual(entries.filter((entry, index) => index > from && !isOldProgress(entry, index)))
  }))
})

function sameProgress(a: FeedEntry, b: FeedEntry): boolean {
  if (!('job' in a) || !('job' in b) || a.job !== b.job || a.event.type !== 'run' || b.event.type !== 'run') return false
  const [one, other] = [a.event.event, b.event.event]
  return one.type === 'node.progress' && other.type === 'node.progress' && one.node === other.node
}

test.each(['', 'x', '0-0', 'abc', '1', '-1', '9e9', '../..'])('a cursor that is none, or of another life, asks for a snapshot: %s', (cursor) => {
  expect(emptyFeed().since(cursor)).toBeUndefined()
})

test('a cursor of another feed, of the future, or from too long ago asks for a snapshot', async () => {
  const feed = emptyFeed({ maxCount: 10 })
  const { cursor: first } = await feed.snapshot()
  expect(feed.since(first)).toEqual([])
  expect(feed.since(first.replace(/\d+$/, '5'))).toBeUndefined()
  expect(feed.since((await emptyFeed().snapshot()).cursor)).toBeUndefined()
  for (let n = 0; n < 10; n++) feed.emit({ type: 'queue', running: 0, queued: n, paused: false })
  expect(feed.since(first)).toHaveLength(10)
  feed.emit({ type: 'queue', running: 0, queued: 10, paused: false })
  expect(feed.since(first)).toBeUndefined()
})

test('keeps so many bytes, and only the newest progress of a node', async () => {
  const feed = emptyFeed({ maxBytes: 100_000 })
  const { cursor } = await feed.snapshot()
  const running = job('a', { state: 'running' })
  feed.emit({ type: 'job.started', job: running }, running)
  for (let value = 0; value < 100_000; value++) feed.emit({ type: 'run', event: at('a', { type: 'node.progress', node: '1', shown: '1', value, max: 1e6 }) }, running)
  const first = (await feed.snapshot()).cursor
  expect(feed.since(cursor) === undefined || feed.since(cursor)?.length === 2).toBe(true)
  const text = 'x'.repeat(1000)
  for (let node = 0; node < 1000; node++) feed.emit({ type: 'run', event: at('a', { type: 'node.done', node: `${node}`, shown: '1', seconds: 1, ui: { text: [text] } }) }, running)
  expect(feed.since(first)).toBeUndefined()
  const { cursor: last } = await feed.snapshot()
  const old = last.replace(/\d+$/, (number) => String(Number(number) - 50))
  expect(feed.since(old)).toHaveLength(50)
})

test('a preview is handed on and kept as the newest, until its job has ended', () => {
  const feed = emptyFeed()
  const seen: number[] = []
  feed.subscribe({ onEntry: () => {}, onPreview: ({ step }) => seen.push(step) })
  const running = job('a', { state: 'running' })
  const preview = { job: 'a', node: '1', shown: '1', steps: 9, width: 8, height: 8, frames: [], fps: 8 }
  feed.preview({ ...preview, step: 1 })
  feed.emit({ type: 'job.started', job: running }, running)
  feed.preview({ ...preview, step: 2 })
  feed.preview({ ...preview, step: 3 })
  expect([seen, feed.lastPreview('a')?.step]).toEqual([[2, 3], 3])
  const done = job('a', { state: 'done' })
  feed.emit({ type: 'job.ended', job: done }, done)
  expect(feed.lastPreview('a')).toBeUndefined()
})

test('a snapshot names the newest hundred that ended, those of before the start too', async () => {
  const feed = openFeed({ waiting: (limit) => [job('w')].slice(0, limit), ended: [job('old', { state: 'done' })] })
  expect((await feed.snapshot()).ended.map(({ id }) => id)).toEqual(['old'])
  for (let n = 0; n < 150; n++) feed.emit({ type: 'job.ended', job: job(`j${n}`, { state: 'done' }) }, job(`j${n}`))
  const { ended, queued } = await feed.snapshot()
  expect([ended.length, ended[0]?.id, ended.at(-1)?.id, queued.map(({ id }) => id)]).toEqual([100, 'j149', 'j50', ['w']])
})

test('who has left hears nothing more', () => {
  const feed = emptyFeed()
  let heard = 0
  const leave = feed.subscribe({ onEntry: () => { heard++ } })
  feed.emit({ type: 'queue', running: 0, queued: 0, paused: false })
  leave()
  feed.emit({ type: 'queue', running: 0, queued: 1, paused: false })
  expect(heard).toBe(1)
})
