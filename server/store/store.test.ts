import { expect, test } from 'vitest'
import { openStore } from './open-store.ts'
import type { StoreOptions } from './open-store.ts'
import type { JobStore, NewJob } from './store.ts'
import { newJob, PROBLEM, RESULT, scratchFolder } from './testing/jobs.ts'

const HOUR = 3_600_000

async function withStore(work: (store: JobStore) => Promise<void>, options: StoreOptions = {}): Promise<void> {
  const store = await openStore(scratchFolder(), options)
  try {
    await work(store)
  } finally {
    await store.close()
  }
}

const submitAll = (store: JobStore, ids: readonly string[], more?: Partial<NewJob>) => Promise.all(ids.map((id) => store.submit(newJob(id, more))))
const waitingIds = async (store: JobStore) => (await store.waiting()).map(({ id }) => id)
const end = (store: JobStore, id: string, at = 50) => store.ended(id, { state: 'done', at, result: RESULT })

test('a job is what was submitted, from its acceptance to its end', () => withStore(async (store) => {
  const job = newJob('a', { origin: { api: 'comfy', client: 'c', owner: 'me', extra: { number: 3 } } })
  const accepted = await store.submit(job)
  expect(accepted).toEqual({ status: 'accepted', ahead: 0, job: {
    id: 'a', seq: 1, rank: 1, state: 'queued', title: 'title of a', nodes: 2, api: 'comfy', client: 'c', owner: 'me', attempts: 0, deaths: 0, created: 1000,
  } })
  expect(await store.waiting()).toEqual(accepted.status === 'accepted' && [accepted.job])
  expect(await store.started('a', 2000)).toBe(true)
  expect(await store.get('a')).toMatchObject({ state: 'running', attempts: 1, started: 2000, request: job.request, origin: job.origin })
  expect(await store.ended('a', { state: 'done', at: 3000, result: RESULT })).toBe(true)
  expect(await store.get('a')).toMatchObject({ state: 'done', ended: 3000, result: RESULT })
  expect(await store.counts()).toMatchObject({ byState: { queued: 0, running: 0, done: 1 } })
}))

test('the first ending stands, and what has ended never runs again', () => withStore(async (store) => {
  await submitAll(store, ['a'])
  expect(await store.ended('a', { state: 'cancelled', at: 1 })).toBe(true)
  expect(await end(store, 'a')).toBe(false)
  expect(await store.started('a', 2)).toBe(false)
  expect(await store.requeued('a', { at: 2, problem: PROBLEM, death: false })).toBe(false)
  expect(await store.moved('a', 'front')).toBe(false)
  const record = await store.get('a')
  expect(record).toMatchObject({ state: 'cancelled', ended: 1 })
  expect(record).not.toHaveProperty('result')
}))

test('what has to run again waits at its old place, and says why', () => withStore(async (store) => {
  await submitAll(store, ['a', 'b'])
  await store.started('a', 5)
  await store.requeued('a', { at: 6, notBefore: 900, problem: PROBLEM, death: true })
  expect(await waitingIds(store)).toEqual(['a', 'b'])
  expect(await store.get('a')).toMatchObject({ attempts: 1, deaths: 1, notBefore: 900, problem: PROBLEM })
  await store.started('a', 7)
  await store.requeued('a', { at: 8, problem: PROBLEM, death: false, uncounted: true })
  expect(await store.get('a')).toMatchObject({ attempts: 1, deaths: 1 })
  expect(await store.get('a')).not.toHaveProperty('notBefore')
}))

test('places: numbers as ComfyUI has them, the front, the end, before another', () => withStore(async (store) => {
  await submitAll(store, ['a', 'b', 'c'])
  await store.submit(newJob('front', { place: 'front' }))
  await store.submit(newJob('number', { place: 1.5 }))
  expect(await store.submit(newJob('same', { place: 1.5 }))).toMatchObject({ ahead: 3 })
  await store.submit(newJob('end'))
  expect(await waitingIds(store)).toEqual(['front', 'a', 'number', 'same', 'b', 'c', 'end'])
  expect(await store.moved('end', { before: 'same' })).toBe(true)
  expect(await store.moved('a', 'end')).toBe(true)
  expect(await store.moved('c', 'front')).toBe(true)
  expect(await store.moved('b', { before: 'nobody' })).toBe(false)
  expect(await waitingIds(store)).toEqual(['c', 'front', 'number', 'end', 'same', 'b', 'a'])
  expect(await store.submit(newJob('last'))).toMatchObject({ ahead: 7 })
  expect(await store.submit(newJob('between', { place: { before: 'end' } }))).toMatchObject({ status: 'accepted', ahead: 3 })
  expect(await waitingIds(store)).toEqual(['c', 'front', 'number', 'between', 'end', 'same', 'b', 'a', 'last'])
  expect(await store.submit(newJob('lost', { place: { before: 'nobody' } }))).toEqual({ status: 'unplaced' })
  expect(await store.get('lost')).toBeUndefined()
}))

test('there is always a place between two, however often one was made, and far out too', () => withStore(async (store) => {
  await store.submit(newJob('low', { place: -1e300 }))
  await store.submit(newJob('low2', { place: -1e300 }))
  await submitAll(store, ['a', 'b'])
  for (let turn = 0; turn < 120; turn++) {
    const [last, before] = turn % 2 === 0 ? ['a', 'b'] : ['b', 'a']
    expect(await store.moved(last, { before })).toBe(true)
    expect(await waitingIds(store)).toEqual(['low', 'low2', last, before])
  }
  await store.moved('b', { before: 'low2' })
  await store.moved('a', { before: 'low' })
  expect(await waitingIds(store)).toEqual(['a', 'low', 'b', 'low2'])
}))

test('an id is given once, a full queue takes no more', () => withStore(async (store) => {
  expect((await submitAll(store, ['a', 'a', 'b', 'c'])).map(({ status }) => status)).toEqual(['accepted', 'taken', 'accepted', 'full'])
  expect(await store.submit(newJob('c'))).toEqual({ status: 'full', queued: 2, limit: 2 })
  await store.started('a', 1)
  expect(await store.submit(newJob('c'))).toMatchObject({ status: 'accepted' })
}, { queueLimit: 2 }))

test('a key repeats its job for a day, for its owner and its request', () => withStore(async (store) => {
  const withKey = (id: string, more: Partial<NewJob['idempotency'] & { created: number }> = {}) => {
    const { created = 1000, ...rest } = more
    return store.submit(newJob(id, { created, idempotency: { key: 'k\0', owner: 'me', requestHash: 'h', ...rest } }))
  }
  await submitAll(store, ['before'])
  expect(await withKey('a')).toMatchObject({ status: 'accepted', ahead: 1 })
  expect(await withKey('b')).toMatchObject({ status: 'repeated', ahead: 1, job: { id: 'a', state: 'queued' } })
  expect(await withKey('b', { requestHash: 'other' })).toEqual({ status: 'conflict' })
  expect(await withKey('c', { owner: 'you' })).toMatchObject({ status: 'accepted' })
  expect(await withKey('d', { key: 'k\0\0' })).toMatchObject({ status: 'accepted' })
  await store.ended('a', { state: 'cancelled', at: 5 })
  expect(await withKey('e', { created: 1000 + 23 * HOUR })).toMatchObject({ status: 'repeated', ahead: 0, job: { id: 'a', state: 'cancelled' } })
  expect(await withKey('e', { created: 500 })).toMatchObject({ status: 'repeated' }) // the clock was set back
  expect(await withKey('f', { created: 1000 + 24 * HOUR })).toMatchObject({ status: 'accepted', job: { id: 'f' } })
  await store.ended('f', { state: 'done', at: 6 })
  await store.forget({ ids: ['f'] })
  expect(await withKey('g', { created: 1000 + 25 * HOUR })).toMatchObject({ status: 'accepted', job: { id: 'g' } })
}))

test('texts come back as they were, whatever they hold', () => withStore(async (store) => {
  for (const [index, odd] of ['\0', 'a\0b', '\ud800', '\udc00x', '🎬', '"\'\\`', '', '\u2028', 'é', 'e\u0301'].entries()) {
    const job = newJob(`j${index}`, { title: odd, origin: { api: 'kinograph', owner: odd, client: odd, extra: { odd } } })
    await store.submit(job)
    await store.named({ job: job.id, node: odd, index: 0, prefix: 'x', extension: 'png', sha256: 's' })
    await store.published(job.id, { node: odd, index: 0, filename: `x_0000${index}.png`, subfolder: '', bytes: 1, sha256: 's' })
    expect(await store.get(job.id)).toMatchObject({ title: odd, owner: odd, client: odd, origin: job.origin })
    expect((await store.filesOf(job.id)).map(({ node }) => node)).toEqual([odd])
    expect((await store.history({ limit: 5, owner: odd, states: ['queued'] })).jobs.map(({ id }) => id)).toEqual([job.id])
  }
  for (const odd of ['', 'a\0', '../x', 'ü', "x' OR 1=1 --", 'x'.repeat(65)]) {
    await expect(store.submit(newJob(odd))).rejects.toMatchObject({ code: 'invalid' })
    expect(await store.get(odd)).toBeUndefined()
    expect(await store.started(odd, 1)).toBe(false)
    expect(await store.forget({ ids: [odd] })).toBe(0)
  }
}))

test('a clock that goes backwards changes no order', () => withStore(async (store) => {
  for (const [id, at] of [['a', 9000], ['b', 100], ['c', 5000], ['d', -7]] as const) {
    await store.submit(newJob(id, { created: at }))
    await store.started(id, at - 50)
    await end(store, id, at - 100)
  }
  expect((await store.history({ limit: 9 })).jobs.map(({ id }) => id)).toEqual(['d', 'c', 'b', 'a'])
}))

test('pages of 10,000, forward and backward, while jobs come and go', () => withStore(async (store) => {
  const ids = Array.from({ length: 10_000 }, (_, index) => `j${index}`)
  await submitAll(store, ids)
  const seen: string[] = []
  for (let after: string | undefined, page = 0; ; page++) {
    const { jobs, next, total } = await store.queue(700, after)
    seen.push(...jobs.map(({ id }) => id))
    expect(total).toBe(10_000 + page)
    if (next === undefined) break
    after = next
    await store.submit(newJob(`new${page}`, { place: 'front' })) // before the page: it moves nothing
  }
  expect(seen).toEqual(ids)

  await Promise.all(ids.map((id, index) => store.ended(id, { state: index % 3 === 0 ? 'failed' : 'done', at: 1 })))
  for (const order of ['newest', 'oldest'] as const) {
    for (const states of [undefined, ['failed'] as const]) {
      const wanted = ids.filter((_, index) => states === undefined || index % 3 === 0)
      const found: string[] = []
      for (let after: string | undefined; ;) {
        const page = await store.history({ limit: 900, order, ...(states && { states }), ...(after !== undefined && { after }) })
        expect(page.total).toBe(wanted.length)
        found.push(...page.jobs.map(({ id }) => id))
        if (page.next === undefined) break
        after = page.next
      }
      expect(found).toEqual(order === 'newest' ? wanted.toReversed() : wanted)
    }
  }
  expect((await store.history({ limit: 3, order: 'oldest', offset: 9998 })).jobs.map(({ id }) => id)).toEqual(['j9998', 'j9999'])
  await expect(store.history({ limit: 3, after: 'nonsense' })).rejects.toMatchObject({ code: 'invalid' })
}))

test('a list of all states has the living before the ended', () => withStore(async (store) => {
  await submitAll(store, ['a', 'b', 'c', 'd'])
  await store.started('c', 1)
  await end(store, 'd')
  await end(store, 'a')
  const states = ['queued', 'running', 'done'] as const
  const all: string[] = []
  for (let after: string | undefined; ;) {
    const page = await store.history({ limit: 1, states, ...(after !== undefined && { after }) })
    all.push(...page.jobs.map(({ id }) => id))
    if (page.next === undefined) break
    after = page.next
  }
  expect(all).toEqual(['c', 'b', 'a', 'd'])
  const ids = async (query: object) => (await store.history({ limit: 2, states, ...query })).jobs.map(({ id }) => id)
  expect(await ids({ order: 'oldest' })).toEqual(['d', 'a'])
  expect(await ids({ offset: 1 })).toEqual(['b', 'a'])
  expect(await ids({ offset: 3 })).toEqual(['d'])
  expect(await ids({ offset: 3, order: 'oldest' })).toEqual(['c'])
  expect(await ids({ offset: 9 })).toEqual([])
}))

test('requests and records by id, those that are there', () => withStore(async (store) => {
  await submitAll(store, ['a', 'b'])
  await end(store, 'b')
  const requests = await store.requests(['b', 'nobody', 'a'])
  expect([...requests.keys()]).toEqual(['b', 'a'])
  expect(requests.get('a')).toEqual({ request: newJob('a').request, origin: newJob('a').origin })
  expect((await store.records(['b', 'nobody', 'a'])).map(({ id, result }) => [id, result])).toEqual([['b', RESULT], ['a', undefined]])
}))

test('forgets what has ended, with all that belongs to it', () => withStore(async (store) => {
  await submitAll(store, ['a', 'b', 'c'])
  await end(store, 'a')
  await end(store, 'b')
  await store.published('a', { node: 'n', index: 0, filename: 'f', subfolder: '', bytes: 1, sha256: 's' })
  expect(await store.forget({ ids: ['a', 'c', 'nobody'] })).toBe(1)
  expect(await store.get('a')).toBeUndefined()
  expect(await store.filesOf('a')).toEqual([])
  expect(await store.forget('all')).toBe(1)
  expect(await store.counts()).toMatchObject({ byState: { queued: 1, done: 0 } })
}))

test('prunes by age, then the oldest by number and size', () => withStore(async (store) => {
  for (let index = 0; index < 10; index++) {
    await store.submit(newJob(`j${index}`))
    await end(store, `j${index}`, index)
  }
  await submitAll(store, ['waits'])
  expect(await store.prune({ before: 3 })).toBe(3)
  expect(await store.prune({ before: 3, count: 5, bytes: 1e9 })).toBe(2)
  const left = async () => (await store.history({ limit: 99, order: 'oldest' })).jobs.map(({ id }) => id)
  expect(await left()).toEqual(['j5', 'j6', 'j7', 'j8', 'j9'])
  const record = await store.get('j9')
  const each = [record?.request, record?.origin, record?.result].reduce((sum: number, part) => sum + JSON.stringify(part).length, 0)
  expect(await store.prune({ bytes: each * 3 })).toBe(2)
  expect(await store.prune({ bytes: 0 })).toBe(3)
  expect(await waitingIds(store)).toEqual(['waits'])
}))

test('pausing is remembered, and check says that it can write', async () => {
  const folder = scratchFolder()
  const store = await openStore(folder)
  expect(await store.paused()).toBe(false)
  expect(await store.paused(true)).toBe(true)
  await store.check()
  await store.close()
  await expect(store.check()).rejects.toMatchObject({ code: 'closed' })
  await store.close()
  const again = await openStore(folder)
  expect(await again.paused()).toBe(true)
  await again.close()
})

test('what comes in one turn is done in its order, more than a batch of it too', () => withStore(async (store) => {
  const ids = Array.from({ length: 40 }, (_, index) => `j${index}`)
  const [accepted, started, ended] = await Promise.all([
    submitAll(store, ids), Promise.all(ids.map((id) => store.started(id, 5))), Promise.all(ids.map((id) => end(store, id))),
  ])
  expect(accepted.map((one) => one.status === 'accepted' && one.job.seq)).toEqual(ids.map((_, index) => index + 1))
  expect([...started, ...ended]).toEqual(Array.from({ length: 80 }, () => true))
  expect((await store.history({ limit: 40, order: 'oldest' })).jobs.map(({ id }) => id)).toEqual(ids)
}))

test('a call that can not be done takes no other with it', () => withStore(async (store) => {
  const bad = { job: 'nobody', node: 'n', index: 0, prefix: 'x', extension: 'png', sha256: 's' }
  const [first, second, third] = await Promise.allSettled([store.submit(newJob('a')), store.named(bad), store.submit(newJob('b'))])
  expect(first).toMatchObject({ value: { status: 'accepted', job: { seq: 1 } } })
  expect(second).toMatchObject({ reason: { code: 'invalid', message: 'there is no job nobody.' } })
  expect(third).toMatchObject({ value: { status: 'accepted', job: { seq: 2 } } })
}))
