/** One list over the queue and the history: those alive first, then those that ended; pages in constant time. */
import { isFinal, JOB_STATES, type JobState } from '../job/states.ts'
import type { Services } from '../services.ts'
import type { Job } from '../job/job.ts'
import type { JobPage } from '../store/store.ts'
import { ApiError } from './errors.ts'

export interface JobQuery {
  readonly state?: readonly JobState[]
  readonly limit?: number
  readonly after?: string
  readonly order?: 'newest' | 'oldest'
}

/** A cursor says in which part of the list it stands: `q.` in the queue, `h.` in the history. */
const IN_QUEUE = 'q.'
const IN_HISTORY = 'h.'

/** A page of jobs. `total` counts both parts that were asked for. @param owner where only theirs may be seen */
export async function listJobs(
  { store, queue }: Pick<Services, 'store' | 'queue'>, query: JobQuery, owner?: string,
): Promise<{ jobs: Job[]; next?: string; total: number }> {
  const { state = JOB_STATES, limit = 100, after = '', order } = query
  if (after !== '' && !after.startsWith(IN_QUEUE) && !after.startsWith(IN_HISTORY)) throw badCursor(after)
  const states = state.filter(isFinal)
  const wantsAlive = state.some((one) => !isFinal(one))
  const place = after.slice(IN_QUEUE.length)
  const fromQueue = wantsAlive && !after.startsWith(IN_HISTORY)
  const alive = fromQueue ? await alivePage({ store, queue }, state, limit, after === '' ? undefined : place) : undefined
  const room = limit - (alive?.jobs.length ?? 0) // before those of others are left out: a page may be short, never too long
  const wantsEnded = states.length > 0 && alive?.next === undefined && room > 0
  const ended = wantsEnded ? await store.history({
    states, limit: room, ...(after.startsWith(IN_HISTORY) && place !== '' && { after: place }), ...(order && { order }), ...(owner !== undefined && { owner }),
  }) : undefined
  const next = nextOf(alive, ended, states.length > 0 && room === 0)
  const jobs = [...(alive?.jobs ?? []).filter((job) => owner === undefined || job.owner === owner), ...ended?.jobs ?? []]
  return { jobs, total: await total({ store }, state, owner, ended), ...(next !== undefined && { next }) }
}

async function alivePage({ store, queue }: Pick<Services, 'store' | 'queue'>, states: readonly JobState[], limit: number, after?: string): Promise<JobPage> {
  const page = await store.queue(limit, after)
  if (states.includes('queued') && states.includes('running')) return page
  const isRunning = new Set(queue.running().map(({ id }) => id))
  return { ...page, jobs: page.jobs.filter(({ id, state }) => states.includes(state === 'queued' && isRunning.has(id) ? 'running' : state)) }
}

function nextOf(alive: JobPage | undefined, ended: JobPage | undefined, historyFollows: boolean): string | undefined {
  if (alive?.next !== undefined) return IN_QUEUE + alive.next
  if (ended !== undefined) return ended.next === undefined ? undefined : IN_HISTORY + ended.next
  return historyFollows ? IN_HISTORY : undefined
}

async function total({ store }: Pick<Services, 'store'>, states: readonly JobState[], owner: string | undefined, ended?: JobPage): Promise<number> {
  if (owner !== undefined) return ended?.total ?? 0
  const { byState } = await store.counts()
  return states.reduce((sum, state) => sum + byState[state], 0)
}

const badCursor = (after: string) => new ApiError({
  status: 400, code: 'invalid_request', field: 'query.after', message: `expected the "next" of a page, got ${JSON.stringify(after.slice(0, 40))}`,
  remedy: 'Begin again without it.',
})
