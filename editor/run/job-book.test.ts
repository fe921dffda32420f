import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { KinographError, type EventListener, type Job, type JobEvent, type KinographClient, type Snapshot } from '../../server/client/index.ts'
import { JobBook } from './job-book.ts'
import { aJob, began, planned, ran, stepped } from './testing/events.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const snapshot = (more: Partial<Snapshot> = {}): Snapshot => ({ cursor: 'x-0', queue: { type: 'queue', running: 0, queued: 0, paused: false }, running: [], queued: [], ended: [], ...more })
const ended = (id: string): Job => aJob({ id, state: 'done', ended: 9 })

/** A book, what it asks the server for, and what the server tells it. */
function openBook(history: ReadonlyMap<string, Job> = new Map()) {
  const listeners: EventListener[] = []
  const asked: string[] = []
  let isDown = false
  const client = {
    events: { subscribe: (listener: EventListener) => (listeners.push(listener), { ready: Promise.resolve(), close: () => {} }) },
    jobs: {
      get: (id: string) => {
        asked.push(id)
        if (isDown) return Promise.reject(new KinographError(0, { code: 'unreachable', message: 'It can\'t be reached.' }))
        const job = history.get(id)
        return job ? Promise.resolve({ job }) : Promise.reject(new KinographError(404, { code: 'not_found', message: 'It is not there.' }))
      },
    },
    assets: { url: () => '' },
  }
  // What the book uses of a client.
  const book = new JobBook(client as unknown as KinographClient, { decode: () => Promise.reject(new Error('none')), now: () => 0 })
  return {
    book, asked,
    fail: (is: boolean) => { isDown = is },
    say: (job: string, ...events: readonly JobEvent[]) => { for (const event of events) listeners[0]!.onEntry!({ cursor: 'x-1', job, event }) },
    snapshot: (given: Snapshot) => listeners[0]!.onSnapshot!(given),
    connect: (isOpen: boolean) => listeners[0]!.onConnection!(isOpen),
    seen: async (id: string) => {
      const view = book.view(id)
      await vi.advanceTimersByTimeAsync(100)
      return view.value
    },
  }
}

test('a job is followed from its events; views come some times a second, however many events there are', async () => {
  const { book, say, snapshot: begin } = openBook()
  begin(snapshot())
  const views: (number | undefined)[] = []
  book.view('j').subscribe((view) => views.push(view?.activity.get('sampler')?.share))
  say('j', { type: 'job.started', job: aJob() }, ran(planned(['sampler'])), ran(began('sampler')), ...Array.from({ length: 50 }, (_, step) => ran(stepped('sampler', step, 50), step)))
  await vi.advanceTimersByTimeAsync(100)
  expect(views).toEqual([undefined, 0.98])
})

test('what ended while nobody listened is asked for, and told', async () => {
  const { book, asked, say, snapshot: begin, seen } = openBook(new Map([['j', ended('j')]]))
  const told: string[] = []
  book.onJob(({ id }, what) => told.push(`${id} ${what}`))
  begin(snapshot())
  say('j', { type: 'job.started', job: aJob() })
  expect((await seen('j'))?.job.state).toBe('running')
  begin(snapshot({ ended: [ended('j')] }))
  expect((await seen('j'))?.job.state).toBe('done')
  expect([asked, told]).toEqual([['j'], ['j started', 'j ended']])
})

test('a snapshot brings back what runs, and says so', async () => {
  const { book, snapshot: begin, seen, asked } = openBook()
  const told: string[] = []
  book.onJob(({ id }, what) => told.push(`${id} ${what}`))
  begin(snapshot({ running: [{ job: aJob(), nodes: [], done: ['a'], cached: [], running: [{ node: 's', shown: 's', value: 1, max: 4 }], ui: {}, warnings: [] }] }))
  expect(Object.fromEntries((await seen('j'))!.activity)).toEqual({ a: { state: 'done' }, s: { state: 'running', share: 0.25, text: 'step 1 of 4' } })
  expect([asked, told]).toEqual([[], ['j started']])
})

test('a job that is gone is asked for once; one that can\'t be asked for is asked for again when the connection is back', async () => {
  const history = new Map<string, Job>()
  const { asked, connect, seen, fail } = openBook(history)
  expect(await seen('gone')).toBeUndefined()
  fail(true)
  history.set('j', ended('j'))
  expect(await seen('j')).toBeUndefined()
  fail(false)
  connect(true)
  expect((await seen('j'))?.job.state).toBe('done')
  expect(asked).toEqual(['gone', 'j', 'j'])
})

test('only the newest that ended are kept in full; older ones are asked for again', async () => {
  const history = new Map(Array.from({ length: 30 }, (_, n) => [`j${n}`, ended(`j${n}`)] as const))
  const { asked, say, snapshot: begin, seen } = openBook(history)
  begin(snapshot())
  for (const id of history.keys()) say(id, { type: 'job.started', job: aJob({ id }) }, { type: 'job.ended', job: ended(id) })
  await seen('j29')
  await seen('j10')
  expect(asked).toEqual([])
  expect((await seen('j9'))?.job.id).toBe('j9')
  expect(asked).toEqual(['j9'])
})

test('the connection is told, and history that changed', () => {
  const { book, connect, say, snapshot: begin } = openBook()
  expect(book.connection.value).toBe('connecting')
  connect(true)
  expect(book.connection.value).toBe('open')
  connect(false)
  expect(book.connection.value).toBe('lost')
  begin(snapshot())
  const before = book.historyVersion.value
  say('j', { type: 'job.started', job: aJob() })
  expect(book.historyVersion.value).toBe(before)
  say('j', { type: 'job.ended', job: ended('j') })
  expect(book.historyVersion.value).toBe(before + 1)
})
