/** One list over the queue and the history: those that run, those that wait, those that ended; pages in constant time. */
import { isFinal, JOB_STATES, type JobState } from '../job/states.ts'
import type { Job } from '../job/job.ts'
import type { Services } from '../services.ts'
import { ApiError } from './errors.ts'

export interface JobQuery {
  readonly state?: readonly JobState[]
  readonly limit?: number
  readonly after?: string
  readonly order?: 'newest' | 'oldest'
}

export interface JobList {
  readonly jobs: Job[]
  readonly next?: string
  readonly total: number
}

type Lists = Pick<Services, 'store' | 'queue'>

/** Which part of the list comes next, and where in it; '' is its beginning. */
interface Place {
  readonly part: 'running' | 'queued' | 'ended'
  readonly after: string
}
const LETTERS = { queued: 'q.', ended: 'h.' } as const

/** A page of jobs. `total` counts all that were asked for. @param owner where only theirs may be seen */
export async function listJobs(lists: Lists, query: JobQuery, owner?: string): Promise<JobList> {
  const { limit = 100 } = query
  const jobs: Job[] = []
  let place: Place | undefined = placeOf(query.after ?? '')
  while (place !== undefined && jobs.length < limit) {
    const part: { jobs: readonly Job[]; next: Place | undefined } = await read(lists, query, place, limit - jobs.length, owner)
    jobs.push(...part.jobs)
    if (part.next?.part === place.part) {
      place = part.next
      break // the page of this part is full, although some of it may be others' jobs
    }
    place = part.next
  }
  const next = place === undefined || place.part === 'running' ? undefined : LETTERS[place.part] + place.after
  return { jobs, total: await total(lists, query.state ?? JOB_STATES, owner), ...(next !== undefined && { next }) }
}

async function read(
  { store, queue }: Lists, { state = JOB_STATES, order }: JobQuery, { part, after }: Place, limit: number, owner: string | undefined,
): Promise<{ jobs: readonly Job[]; next: Place | undefined }> {
  const isOwn = (job: Job) => owner === undefined || job.owner === owner
  const ended = state.filter(isFinal)
  const following: Place | undefined = ended.length > 0 ? { part: 'ended', after: '' } : undefined
  if (part === 'running') {
    const jobs = state.includes('running') ? queue.running().filter(isOwn) : []
    return { jobs, next: state.includes('queued') ? { part: 'queued', after: '' } : following }
  }
  if (part === 'queued') {
    const page = await store.queue(limit, after === '' ? undefined : after)
    const running = new Set(queue.running().map(({ id }) => id)) // the disk hears of a start a little later
    const jobs = page.jobs.filter((job) => isOwn(job) && !running.has(job.id))
    return { jobs, next: page.next === undefined ? following : { part, after: page.next } }
  }
  const page = await store.history({ states: ended, limit, ...(after !== '' && { after }), ...(order && { order }), ...(owner !== undefined && { owner }) })
  return { jobs: page.jobs, next: page.next === undefined ? undefined : { part, after: page.next } }
}

async function total({ store }: Lists, states: readonly JobState[], owner: string | undefined): Promise<number> {
  if (owner !== undefined) return (await store.history({ states, limit: 1, owner })).total
  const { byState } = await store.counts()
  return states.reduce((sum, state) => sum + byState[state], 0)
}

function placeOf(after: string): Place {
  if (after === '') return { part: 'running', after }
  const part = after.startsWith(LETTERS.queued) ? 'queued' : after.startsWith(LETTERS.ended) ? 'ended' : undefined
  if (part !== undefined) return { part, after: after.slice(2) }
  throw new ApiError({
    status: 400, code: 'invalid_request', field: 'query.after', message: `expected the "next" of a page, got ${JSON.stringify(after.slice(0, 40))}`,
    remedy: 'Begin again without it.',
  })
}
