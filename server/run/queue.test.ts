import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { expect, test, vi } from 'vitest'
import type { Workflow } from '../../core/workflow/workflow.ts'
import { saving, sleeping, stepping, testQueue, trivial } from './testing/test-queue.ts'

vi.setConfig({ testTimeout: 120_000 })

test('a job is queued, started, told of, and ends in the history', async () => {
  const t = await testQueue()
  const id = await t.put(trivial(7))
  expect(await t.ended(id)).toMatchObject({ id, state: 'done', attempts: 1, deaths: 0 })
  const types = t.entries.flatMap((entry) => 'job' in entry ? [entry.event.type === 'run' ? entry.event.event.type : entry.event.type] : [])
  expect(types.slice(0, 4)).toEqual(['job.queued', 'job.started', 'job.graph', 'run.started'])
  expect(types.slice(-2)).toEqual(['run.done', 'job.ended'])
  const record = await t.store.get(id)
  expect(record).toMatchObject({ state: 'done', result: { ran: 2, nodes: [{ node: '2', state: 'done', ui: { text: ['7'] } }] } })
  await t.seen(({ event }) => event.type === 'queue' && event.running === 0 && event.queued === 0)
})

test('what a known node saved in an earlier job is among the files of the next, as long as it is there', async () => {
  const t = await testQueue()
  const results = []
  for (const round of ['made', 'known', 'gone']) {
    if (round === 'gone') rmSync(join(t.config.folders.output, 'picture_00001.png'))
    const id = await t.put(saving())
    await t.ended(id)
    const { result } = (await t.store.get(id))!
    results.push({ round, ran: result?.ran, files: result?.files.map(({ node, index, filename, sha256 }) => [node, index, filename, sha256.length]) })
  }
  expect(results).toEqual([
    { round: 'made', ran: 2, files: [['2', 0, 'picture_00001.png', 64]] },
    { round: 'known', ran: 0, files: [['2', 0, 'picture_00001.png', 64]] },
    { round: 'gone', ran: 1, files: [['2', 0, 'picture_00002.png', 64]] },
  ])
})

test('files get their names from the server, which are told with the result', async () => {
  const t = await testQueue()
  const ids = [await t.put(saving()), await t.put(saving('some/where', 255))]
  for (const id of ids) expect((await t.ended(id)).state).toBe('done')
  const [first, second] = await Promise.all(ids.map((id) => t.store.get(id)))
  expect(first?.result?.files).toMatchObject([{ node: '2', index: 0, filename: 'picture_00001.png', subfolder: '' }])
  expect(first?.result?.nodes[0]?.ui).toMatchObject({ images: [{ filename: 'picture_00001.png', subfolder: '', type: 'output' }] })
  expect(second?.result?.files).toMatchObject([{ filename: 'where_00001.png', subfolder: 'some' }])
  expect(existsSync(join(t.config.folders.output, 'some/where_00001.png'))).toBe(true)
  expect(readFileSync(join(t.config.folders.output, 'picture_00001.png')).subarray(1, 4).toString()).toBe('PNG')
})

test('what is wrong with a job is told once, and it is not tried again', async () => {
  const t = await testQueue()
  const id = await t.put({ version: 1, nodes: [{ id: '1', type: 'PreviewAny' }] })
  const job = await t.ended(id)
  expect(job).toMatchObject({ state: 'failed', problem: { code: expect.any(String), node: { id: '1' } } })
  const own = await t.put(stepping('throw', t.path('throws'), 9))
  expect(await t.ended(own)).toMatchObject({ state: 'failed', attempts: 1, problem: { node: { id: 't' } } })
  expect(readFileSync(t.path('throws'), 'utf8')).toBe('1')
  const full = await t.put(stepping('full', t.path('full'), 9))
  expect(await t.ended(full)).toMatchObject({ state: 'failed', attempts: 1 })
})

test('jobs run in the order in which they came, those with a lower rank first', async () => {
  const t = await testQueue()
  await t.queue.pause()
  const late = await t.put(trivial(1))
  const second = await t.put(trivial(2), { place: -5 })
  const first = await t.put(trivial(3), { place: 'front' })
  expect(t.queue.waiting(10).map(({ id }) => id)).toEqual([first, second, late])
  expect([t.queue.size, t.queue.isPaused]).toEqual([{ running: 0, queued: 3 }, true])
  await t.queue.resume()
  await t.ended(late)
  const started = t.entries.flatMap((entry) => 'job' in entry && entry.event.type === 'job.started' ? [entry.job] : [])
  expect(started).toEqual([first, second, late])
})

test('a job at the front runs before those that the worker was given ahead', async () => {
  const t = await testQueue()
  const running = await t.put(sleeping(1))
  await t.started(running)
  const ahead = await Promise.all([1, 2, 3, 4, 5, 6].map((value) => t.put(trivial(value))))
  const front = await t.put(trivial(9), { place: 'front' })
  expect(t.queue.waiting(3).map(({ id }) => id)).toEqual([front, ahead[0], ahead[1]])
  await Promise.all([...ahead, front].map((id) => t.ended(id)))
  const ended = t.entries.flatMap((entry) => 'job' in entry && entry.event.type === 'job.ended' ? [entry.job] : [])
  expect(ended.slice(0, 3)).toEqual([running, front, ahead[0]])
  expect((await t.ended(ahead[5]!)).attempts).toBe(1)
})

test('waiting jobs are moved, wherever they stand', async () => {
  const t = await testQueue()
  const running = await t.put(sleeping(1.5))
  await t.started(running)
  const [a, b, c, d, e, f] = await Promise.all([1, 2, 3, 4, 5, 6].map((value) => t.put(trivial(value))))
  expect(await t.queue.move(f!, { before: b! })).toBe(true)
  expect(await t.queue.move(a!, 'end')).toBe(true)
  expect(await t.queue.move(e!, 'front')).toBe(true)
  expect(await t.queue.move(running, 'front')).toBe(false)
  expect(await t.queue.move('nobody', 'front')).toBe(false)
  const order = [e, f, b, c, d, a]
  expect(t.queue.waiting(10).map(({ id }) => id)).toEqual(order)
  expect((await t.store.waiting()).map(({ id }) => id)).toEqual(order)
  await t.ended(a!)
  const ended = t.entries.flatMap((entry) => 'job' in entry && entry.event.type === 'job.ended' ? [entry.job] : [])
  expect(ended).toEqual([running, ...order])
})

test('moved again and again between two, jobs keep the order of the store', async () => {
  const t = await testQueue()
  await t.queue.pause()
  const ids = await Promise.all(Array.from({ length: 4 }, (_, value) => t.put(trivial(value))))
  for (let turn = 0; turn < 120; turn++) await t.queue.move(ids[turn % 2 + 1]!, { before: ids[2 - turn % 2]! })
  expect(t.queue.waiting(10).map(({ id }) => id)).toEqual((await t.store.waiting()).map(({ id }) => id))
})

test('paused, nothing starts, not even what the worker was given ahead; what runs goes on', async () => {
  const t = await testQueue()
  const running = await t.put(sleeping(0.6))
  await t.started(running)
  const ahead = await t.put(trivial())
  await t.queue.pause()
  expect((await t.ended(running)).state).toBe('done')
  const later = await t.put(trivial())
  await wait(300)
  expect(t.queue.waiting(9).map(({ id }) => id)).toEqual([ahead, later])
  expect(await t.store.paused()).toBe(true)
  await t.queue.resume()
  expect(await t.ended(later)).toMatchObject({ state: 'done', attempts: 1 })
  expect(await t.ended(ahead)).toMatchObject({ state: 'done', attempts: 1 })
})

test('an id is taken once, and one that could be mistaken for something else is refused', async () => {
  const t = await testQueue()
  await t.put(trivial(), { id: 'mine' })
  expect(await t.queue.submit({ id: 'mine', title: '', nodes: 1, origin: { api: 'comfy' }, request: { workflow: trivial() } })).toEqual({ status: 'taken' })
  await expect(t.put(trivial(), { id: '../mine' })).rejects.toThrow('expected a run id')
})

test('a workflow that is too large for a message goes by a file, which is removed', async () => {
  const t = await testQueue()
  const text = 'long '.repeat(300_000)
  const id = await t.put({ version: 1, nodes: [{ id: '1', type: 'StringLength', inputs: { string: text } }, { id: '2', type: 'PreviewAny', inputs: { source: { from: '1', output: 0 } } }] })
  expect((await t.ended(id)).state).toBe('done')
  expect((await t.store.get(id))?.result?.nodes[0]?.ui).toEqual({ text: [String(text.length)] })
  expect(readdirSync(t.path('temp')).filter((name) => name.startsWith('job-'))).toEqual([])
})

test('more jobs than fit the memory for requests run all the same, in order', async () => {
  const t = await testQueue()
  await t.queue.pause()
  const text = 'x'.repeat(450_000)
  const big = (value: number): Workflow => ({ version: 1, nodes: [...trivial(value).nodes, { id: 'n', type: 'PrimitiveString', inputs: { value: text } }] })
  const ids: string[] = []
  for (let value = 0; value < 90; value++) ids.push(await t.put(big(value)))
  await t.queue.resume()
  await t.ended(ids.at(-1)!)
  const started = t.entries.flatMap((entry) => 'job' in entry && entry.event.type === 'job.started' ? [entry.job] : [])
  expect(started).toEqual(ids)
})

test('a cancel that comes with the submission, before it was answered, is obeyed', async () => {
  const t = await testQueue()
  for (let index = 0; index < 5; index++) {
    const submitted = t.put(trivial(index), { id: `mine-${index}` })
    expect(await t.queue.cancel(`mine-${index}`)).toMatch(/^cancell(ed|ing)$/)
    expect((await t.ended(await submitted)).state).toBe('cancelled')
  }
})

test('clearing leaves what runs alone, also what begins meanwhile', async () => {
  const t = await testQueue()
  const first = await t.put(sleeping(60))
  const next = await t.put(sleeping(0.5))
  const many = await Promise.all(Array.from({ length: 1500 }, (_, index) => t.put(trivial(index))))
  await t.started(first)
  void t.queue.cancel(first) // the next begins while the many are cancelled, from the last to the first
  await t.queue.clear()
  for (const id of [next, ...many]) {
    const { state, started } = await t.ended(id)
    expect([id, state]).toEqual([id, started === undefined ? 'cancelled' : 'done'])
  }
})

test('memory of the workers is freed on demand', async () => {
  const t = await testQueue()
  await t.ended(await t.put(trivial()))
  await t.queue.free({ sessions: true, results: true })
  expect((await t.ended(await t.put(trivial()))).state).toBe('done')
})

test('is ready once a worker has answered and has its runtime', async () => {
  const t = await testQueue()
  await vi.waitFor(() => expect(t.desk.isReady).toBe(true), { timeout: 20_000 })
  const definitions = await t.desk.definitions()
  expect(definitions.get('TestSleep')?.output).toBe(true)
  expect(definitions.get('TestOdd')?.inputs[0]).not.toHaveProperty('choices') // they can't be looked up, which harms nobody else
})
