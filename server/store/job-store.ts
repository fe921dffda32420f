import type { JobRecord } from '../job/job.ts'
import { JOB_STATES } from '../job/states.ts'
import type { JobState } from '../job/states.ts'
import { readHistory } from './history-page.ts'
import type { NewRow, Opened, RecordText } from './operations.ts'
import { acceptedJob, headText, readRows } from './rows.ts'
import type { JobPage, JobStore, NewJob, Recovery, SubmitOutcome } from './store.ts'
import { StoreError } from './store-error.ts'
import type { ThreadLink } from './thread-link.ts'
import { workflowStore } from './workflow-store.ts'

/** So many ended jobs are removed in one transaction, so that others don't wait long. */
const REMOVED_AT_ONCE = 200
/** So many waiting jobs are read at once. */
const READ_AT_ONCE = 1000
const ID = /^[A-Za-z0-9_-]{1,64}$/

/** The store as the rest of the server sees it: objects here, texts and numbers beyond the thread's border. */
export function jobStore(link: ThreadLink, opened: Opened, now: () => number): JobStore {
  const queue: JobStore['queue'] = async (limit, after) => {
    const { rows, total } = await link.call('queue', limit + 1, after === undefined ? null : parseQueueCursor(after))
    return queuePage(rows, limit, total)
  }
  return {
    recovery: opened satisfies Recovery,
    submit: (job) => submit(link, job),
    started: async (id, at) => isId(id) && link.call('started', id, Math.round(at)),
    async ended(id, { state, at, problem, result }) {
      const text = result === undefined ? null : JSON.stringify(result)
      return isId(id) && link.call('ended', id, JOB_STATES.indexOf(state), Math.round(at), optional(problem), text, text === null ? 0 : Buffer.byteLength(text))
    },
    requeued: async (id, { notBefore, problem, death, uncounted }) => isId(id) &&
      link.call('requeued', id, notBefore === undefined ? null : Math.round(notBefore), JSON.stringify(problem), death ? 1 : 0, uncounted ? 1 : 0),
    cancelling: async (id) => isId(id) && link.call('cancelling', id),
    moved: async (id, to) => isId(id) && (typeof to === 'string' || isId(to.before)) && link.call('moved', id, to),
    named: async (file) => link.call('named', { ...file, job: checkId(file.job) }),
    published: async (job, file) => link.call('published', checkId(job), file),
    filesOf: async (job) => isId(job) ? link.call('filesOf', job) : [],
    async get(id) {
      const found = isId(id) ? await link.call('get', id) : undefined
      return found && readRecord(found)
    },
    async requests(ids) {
      const rows = await link.call('requests', ids.filter(isId))
      return new Map(rows.map(([id, request, origin]) => [id, { request: JSON.parse(request), origin: JSON.parse(origin) }]))
    },
    queue,
    history: (query) => readHistory(link, query),
    records: async (ids) => (await link.call('records', ids.filter(isId))).map(readRecord),
    waiting: () => readAll(queue),
    forget: (which) => which === 'all' ? forgetAll(link) : link.call('forget', which.ids.filter(isId)),
    prune: ({ before, bytes, count }) =>
      repeat(() => link.call('pruneSome', before ?? null, bytes ?? null, count ?? null, REMOVED_AT_ONCE)),
    async paused(value) {
      if (value !== undefined) await link.call('pause', value ? 1 : 0)
      return value ?? link.call('isPaused')
    },
    async counts() {
      const { byState, databaseBytes } = await link.call('counts')
      const entries = JOB_STATES.map((state, index) => [state, byState[index] ?? 0] as const)
      return { byState: Object.fromEntries(entries) as Record<JobState, number>, databaseBytes } // one entry for each state
    },
    workflows: workflowStore(link, now),
    check: () => link.call('touch', Math.round(now())),
    get failures() { return link.failures },
    close: () => link.close(),
  }
}

const isId = (id: string): boolean => ID.test(id)

function checkId(id: string): string {
  if (isId(id)) return id
  throw new StoreError({ code: 'invalid', problem: `expected a job's id of letters, digits, _ and -, at most 64 of them, got ${JSON.stringify(id.slice(0, 80))}` })
}

const optional = (value: object | undefined): string | null => value === undefined ? null : JSON.stringify(value)

async function submit(link: ThreadLink, job: NewJob): Promise<SubmitOutcome> {
  const reply = await link.call('submit', newRow(job))
  if (reply.status === 'accepted') return { status: 'accepted', job: acceptedJob(job, reply.seq, reply.rank), ahead: reply.ahead }
  if (reply.status === 'repeated') return { status: 'repeated', job: readRows(reply.rows)[0]!.job, ahead: reply.ahead }
  return reply
}

function newRow(job: NewJob): NewRow {
  const request = JSON.stringify(job.request)
  const origin = JSON.stringify(job.origin)
  const { id, place = 'end', origin: { owner = null }, idempotency } = job
  if (Number.isNaN(place)) throw new StoreError({ code: 'invalid', problem: 'expected a number as a place in the queue, got NaN' })
  return {
    id: checkId(id), head: headText(job), request, origin, owner, place,
    created: Math.round(job.created), bytes: Buffer.byteLength(request) + Buffer.byteLength(origin),
    ...(idempotency === undefined ? {} : { idempotency: { key: idempotency.key, owner: idempotency.owner, hash: idempotency.requestHash } }),
  }
}

function readRecord({ rows, request, origin, result }: RecordText): JobRecord {
  const { job } = readRows(rows)[0]!
  return { ...job, request: JSON.parse(request), origin: JSON.parse(origin), ...(result === null ? {} : { result: JSON.parse(result) }) }
}

function queuePage(rows: string, limit: number, total: number): JobPage {
  const jobs = readRows(rows).map(({ job }) => job)
  const page = jobs.slice(0, limit)
  const last = page.at(-1)
  return { jobs: page, total, ...(jobs.length > limit && last !== undefined ? { next: `${last.rank}:${last.seq}` } : {}) }
}

function parseQueueCursor(cursor: string): readonly [number, number] {
  const [rank, seq] = cursor.split(':').map(Number)
  if (Number.isFinite(rank) && Number.isInteger(seq)) return [rank!, seq!]
  throw new StoreError({ code: 'invalid', problem: `expected "next" of a page of the queue, got ${JSON.stringify(cursor.slice(0, 80))}` })
}

async function readAll(queue: JobStore['queue']): Promise<JobPage['jobs']> {
  const jobs = []
  for (let after: string | undefined; ;) {
    const page: JobPage = await queue(READ_AT_ONCE, after)
    jobs.push(...page.jobs)
    if (page.next === undefined) return jobs
    after = page.next
  }
}

/** Those that have ended by now: not what ends meanwhile. */
async function forgetAll(link: ThreadLink): Promise<number> {
  const last = await link.call('lastEnding')
  return repeat(() => link.call('forgetSome', last, REMOVED_AT_ONCE))
}

async function repeat(remove: () => Promise<number>): Promise<number> {
  for (let all = 0; ;) {
    const removed = await remove()
    all += removed
    if (removed < 1) return all
  }
}
