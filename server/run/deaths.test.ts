/** What becomes of jobs when workers die, hang, or the whole server ends. */
import { randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import type { Json } from '../../core/types/json.ts'
import { saving, sleeping, stepping, testFolder, testQueue, trivial } from './testing/test-queue.ts'
import type { TestQueue } from './testing/test-queue.ts'

vi.setConfig({ testTimeout: 120_000 })

afterEach(() => void vi.unstubAllEnvs())

/** Asks for checks of a harmless workflow, one after another. Gives how many were answered. */
async function asksOnAndOn(t: TestQueue, signal: AbortSignal): Promise<number> {
  const folders = { ...t.config.folders, temp: t.path('temp') }
  let answers = 0
  while (!signal.aborted) {
    const answer = await t.desk.ask({ type: 'validate', id: randomUUID(), workflow: { json: asJson(trivial()) }, folders }).catch(() => undefined) // the worker died
    if (answer?.refused === false) answers++
  }
  return answers
}

const asJson = (workflow: ReturnType<typeof trivial>) => JSON.parse(JSON.stringify(workflow)) as Json

const starts = (t: TestQueue) => t.entries.flatMap((entry) => 'job' in entry && entry.event.type === 'job.started' ? [entry.job] : [])

test.each(['crash', 'segfault', 'allocate'])('a worker that dies of a job (%s) is replaced, and the job is tried again', async (action) => {
  if (action === 'allocate') vi.stubEnv('NODE_OPTIONS', '--max-old-space-size=256') // so that it is used up soon
  const t = await testQueue()
  const id = await t.put(stepping(action, t.path('counter')))
  const after = await t.put(trivial())
  const job = await t.ended(id)
  expect(job, JSON.stringify(job.problem)).toMatchObject({ state: 'done', attempts: 2, deaths: 1 })
  expect(await t.ended(after)).toMatchObject({ state: 'done', attempts: 1, deaths: 0 })
  expect(t.desk.restarts).toBeGreaterThanOrEqual(1)
  const changed = t.entries.find(({ event }) => event.type === 'job.changed')
  expect(changed?.event).toMatchObject({ job: { state: 'queued', attempts: 1, deaths: 1, notBefore: expect.any(Number), problem: { node: { id: 't' } } } })
})

test('a job that two workers died of is put away with both reasons, and the queue goes on', async () => {
  const t = await testQueue()
  const id = await t.put(stepping('crash', t.path('counter'), 9))
  const after = await t.put(trivial())
  const job = await t.ended(id)
  expect(job).toMatchObject({ state: 'quarantined', attempts: 2, deaths: 2, problem: { node: { id: 't' }, problems: [{}, {}] } })
  expect(readFileSync(t.path('counter'), 'utf8')).toBe('2')
  expect((await t.ended(after)).state).toBe('done')
  expect(await t.store.get(id)).toMatchObject({ state: 'quarantined', deaths: 2 })
})

test('a hook that kills the worker while another workflow is checked is no death of the job that runs there', async () => {
  const t = await testQueue()
  const id = await t.put(sleeping(1))
  await t.started(id)
  const deadly = { version: 1, nodes: [{ id: 'h', type: 'TestHook', inputs: { word: 'deadly' } }] } as const
  await expect(t.admission.check({ workflow: deadly }, { api: 'kinograph' })).rejects.toThrow('the worker died before it answered')
  expect(await t.ended(id)).toMatchObject({ state: 'done', attempts: 2, deaths: 0 })
  expect((await t.store.get(id))?.result?.made.runtime).toMatch(/^onnxruntime \d/)
})

test('a job counts its deaths whatever was done just before, and whatever harmless is asked beside it', async () => {
  const t = await testQueue()
  await Promise.all((await Promise.all([1, 2, 3, 4, 5, 6].map((value) => t.put(trivial(value))))).map((id) => t.ended(id)))
  const id = await t.put(stepping('crash', t.path('counter'), 9))
  const after = await t.put(trivial(7))
  const done = new AbortController()
  const asking = [1, 2, 3].map(() => asksOnAndOn(t, done.signal))
  const job = await t.ended(id).finally(() => done.abort())
  expect((await Promise.all(asking)).every((answers) => answers > 0)).toBe(true)
  expect(job).toMatchObject({ state: 'quarantined', attempts: 2, deaths: 2 })
  expect(readFileSync(t.path('counter'), 'utf8')).toBe('2')
  expect(await t.ended(after)).toMatchObject({ state: 'done', attempts: 1, deaths: 0 })
})

test('a job that kills its worker before its first event is put away after two', async () => {
  const t = await testQueue()
  const id = await t.put({ version: 1, nodes: [{ id: 'h', type: 'TestHook', inputs: { word: 'deadly' } }] })
  const after = await t.put(trivial())
  expect(await t.ended(id)).toMatchObject({ state: 'quarantined', attempts: 2, deaths: 2 })
  expect(await t.ended(after)).toMatchObject({ state: 'done', attempts: 1, deaths: 0 })
})

test('reading that failed for the moment is tried again, until attempts are used up', async () => {
  const t = await testQueue({ maxAttempts: 2 })
  const once = await t.put(stepping('io', t.path('once')))
  const always = await t.put(stepping('io', t.path('always'), 9))
  expect(await t.ended(once)).toMatchObject({ state: 'done', attempts: 2, deaths: 0 })
  expect(await t.ended(always)).toMatchObject({ state: 'failed', attempts: 2, deaths: 0, problem: { node: { id: 't' } } })
})

test('jobs that wait are cancelled at once, those that the worker has ahead too, and the running one goes on', async () => {
  const t = await testQueue()
  const running = await t.put(sleeping(1.5))
  await t.started(running)
  const ids = await Promise.all(Array.from({ length: 8 }, (_, value) => t.put(trivial(value))))
  expect(await t.queue.cancel(ids[0]!)).toBe('cancelled')
  expect(await t.queue.cancel(ids[0]!)).toBe('ended')
  expect(await t.queue.cancel(ids[7]!)).toBe('cancelled')
  expect(await t.queue.cancel('nobody')).toBe('missing')
  expect(await t.ended(running)).toMatchObject({ state: 'done' })
  expect(await t.queue.cancel(running)).toBe('ended')
  expect((await Promise.all(ids.map((id) => t.ended(id)))).map(({ state }) => state))
    .toEqual(['cancelled', 'done', 'done', 'done', 'done', 'done', 'done', 'cancelled'])
  expect(starts(t)).toEqual([running, ...ids.slice(1, 7)])
})

test('a running job is cancelled by asking it', async () => {
  const t = await testQueue()
  const id = await t.put(sleeping(60))
  await t.started(id)
  expect(await Promise.all([t.queue.cancel(id), t.queue.cancel(id)])).toEqual(['cancelling', 'cancelling'])
  expect(await t.ended(id)).toMatchObject({ state: 'cancelled', attempts: 1 })
  expect(await t.queue.cancel(id)).toBe('ended')
  expect(t.desk.restarts).toBe(0)
})

test.each(['block', 'ignore'])('a worker that does not obey (%s) is killed: its job is cancelled, the others lose nothing', async (action) => {
  const t = await testQueue({ cancelGrace: 1 })
  const id = await t.put(stepping(action, t.path('counter'), 9))
  await t.started(id)
  const others = await Promise.all([1, 2, 3, 4, 5, 6].map((value) => t.put(trivial(value))))
  expect(await t.queue.cancel(id)).toBe('cancelling')
  expect(await t.ended(id)).toMatchObject({ state: 'cancelled', deaths: 0 })
  for (const other of others) expect(await t.ended(other)).toMatchObject({ state: 'done', attempts: 1, deaths: 0 })
  expect(starts(t)).toEqual([id, ...others])
})

test('a job is cancelled while it waits for its next attempt', async () => {
  const t = await testQueue()
  const id = await t.put(stepping('crash', t.path('counter'), 9))
  await t.seen((entry) => entry.event.type === 'job.changed', 'the retry')
  expect(await t.queue.cancel(id)).toBe('cancelled')
  expect(await t.ended(id)).toMatchObject({ state: 'cancelled' })
})

test('all that wait are cleared, and what runs goes on', async () => {
  const t = await testQueue()
  const running = await t.put(sleeping(1))
  await t.started(running)
  const ids = await Promise.all(Array.from({ length: 20 }, (_, value) => t.put(trivial(value))))
  expect(await t.queue.clear()).toBe(20)
  for (const id of ids) expect((await t.ended(id)).state).toBe('cancelled')
  expect((await t.ended(running)).state).toBe('done')
  expect(t.queue.size).toEqual({ running: 0, queued: 0 })
})

test('a server that ends puts what runs back uncounted; the next one runs it, and what waited, in order', async () => {
  const folder = testFolder()
  const first = await testQueue({ folder })
  const running = await first.put(sleeping(1.5, first.path('note')))
  const waiting = await Promise.all([1, 2, 3, 4, 5, 6].map((value) => first.put(trivial(value))))
  await first.started(running)
  await first.close(5)
  expect(readFileSync(first.path('note'), 'utf8')).toBe('+')
  const second = await testQueue({ folder })
  expect(await second.ended(running)).toMatchObject({ state: 'done', attempts: 1, deaths: 0 })
  await Promise.all(waiting.map((id) => second.ended(id)))
  expect(starts(second)).toEqual([running, ...waiting])
  expect(readFileSync(first.path('note'), 'utf8')).toBe('++')
})

test('a server that ends waits for no job that does not listen', async () => {
  const folder = testFolder()
  const first = await testQueue({ folder })
  const id = await first.put(stepping('block', first.path('counter')))
  await first.started(id)
  await first.close(0.5)
  const second = await testQueue({ folder })
  expect(await second.ended(id)).toMatchObject({ state: 'done', attempts: 1, deaths: 0 })
})

test('a pause lasts over a restart', async () => {
  const folder = testFolder()
  const first = await testQueue({ folder })
  await first.queue.pause()
  const id = await first.put(trivial())
  await first.close()
  const second = await testQueue({ folder })
  expect([second.queue.isPaused, second.queue.waiting(9).map((job) => job.id)]).toEqual([true, [id]])
  await second.queue.resume()
  expect((await second.ended(id)).state).toBe('done')
})

test('what a crash left is removed at start: checkpoints of jobs that are no more, previews, carried workflows', async () => {
  const folder = testFolder()
  for (const one of ['checkpoints/gone', 'previews', 'temp']) mkdirSync(join(folder, one), { recursive: true })
  for (const one of ['checkpoints/gone/1.ckpt', 'previews/1.jpg', 'temp/job-gone.json', 'temp/else.txt']) writeFileSync(join(folder, one), 'x')
  const t = await testQueue({ folder })
  await t.ended(await t.put(trivial()))
  expect(['checkpoints/gone', 'previews/1.jpg', 'temp/job-gone.json', 'temp/else.txt'].map((one) => existsSync(t.path(one)))).toEqual([false, false, false, true])
})

test('a file is published once, though the worker died after it was', async () => {
  const t = await testQueue()
  const workflow = saving('once')
  const id = await t.put({
    ...workflow,
    nodes: [...workflow.nodes, { id: 't', type: 'TestStep', inputs: { action: 'crash', counter: t.path('counter'), times: 1 } }],
  })
  await t.ended(id)
  const record = await t.store.get(id)
  expect(record).toMatchObject({ state: 'done', deaths: 1, result: { files: [{ filename: 'once_00001.png' }] } })
  expect(existsSync(join(t.config.folders.output, 'once_00002.png'))).toBe(false)
})

test('a worker whose main thread never comes back is ended, and its job put away the second time', async () => {
  const t = await testQueue({ workerSilence: 2 })
  const id = await t.put(stepping('block', t.path('counter'), 9))
  const after = await t.put(trivial())
  const job = await t.ended(id)
  expect(job, JSON.stringify(job.problem)).toMatchObject({ state: 'quarantined', deaths: 2, problem: { node: { id: 't' } } })
  expect(job.problem?.problem).toContain('gave no sign of life for 2 s')
  expect(await t.ended(after)).toMatchObject({ state: 'done', deaths: 0 })
})
