import { isFinal, JOB_STATES } from '../job/states.ts'
import type { JobState } from '../job/states.ts'
import type { HistoryPart } from './operations.ts'
import { readRows } from './rows.ts'
import type { ListedJob } from './rows.ts'
import type { HistoryQuery, JobPage } from './store.ts'
import { StoreError } from './store-error.ts'
import type { ThreadLink } from './thread-link.ts'

const FINALS = JOB_STATES.filter(isFinal)

type Along = HistoryPart['along']
type Cursor = readonly [along: Along, after: number]

/**
 * A page of jobs, ended ones unless other states are asked for. They stand in the order in which they ended; those that
 * live are newer than all of them, in the order of their submission.
 */
export async function readHistory(link: ThreadLink, query: HistoryQuery): Promise<JobPage> {
  const { states = FINALS, limit, order = 'newest', owner = null } = query
  const found = await collect(link, query, limit + 1)
  const page = found.slice(0, limit)
  const last = page.at(-1)
  const total = await link.call('total', indices(states), owner)
  return {
    jobs: page.map(({ job }) => job),
    total,
    ...(found.length > limit && last !== undefined ? { next: `${order}.${cursorOf(last)}` } : {}),
  }
}

async function collect(link: ThreadLink, query: HistoryQuery, limit: number): Promise<ListedJob[]> {
  const { states = FINALS, order = 'newest', owner = null } = query
  const after = query.after === undefined ? undefined : parseCursor(query.after, order)
  const found: ListedJob[] = []
  let offset = query.offset ?? 0
  for (const part of parts(states, order, after)) {
    const asked: HistoryPart = { ...part, descending: order === 'newest', owner, limit: limit - found.length, offset }
    const rows = readRows(await link.call('history', asked))
    found.push(...rows)
    if (found.length === limit) break
    if (offset > 0) offset = Math.max(0, offset - (rows.length > 0 ? offset : await link.call('total', part.states, owner)))
  }
  return found
}

/** The living and the ended, the newer first or last, from the cursor on. */
function parts(states: readonly JobState[], order: 'newest' | 'oldest', after: Cursor | undefined) {
  const living = { along: 'seq' as const, states: indices(states.filter((state) => !isFinal(state))) }
  const ended = { along: 'fin' as const, states: indices(states.filter(isFinal)) }
  const both = (order === 'newest' ? [living, ended] : [ended, living]).filter((part) => part.states.length > 0)
  const from = after === undefined ? 0 : both.findIndex(({ along }) => along === after[0])
  return both.slice(from === -1 ? both.length : from).map((part) => ({ ...part, after: part.along === after?.[0] ? after[1] : null }))
}

const indices = (states: readonly JobState[]): readonly number[] => [...new Set(states)].map((state) => JOB_STATES.indexOf(state))

const cursorOf = ({ job, fin }: ListedJob): string => fin === null ? `seq.${job.seq}` : `fin.${fin}`

function parseCursor(cursor: string, order: string): Cursor {
  const [of, along, after] = cursor.split('.')
  if (of === order && (along === 'seq' || along === 'fin') && /^\d{1,16}$/.test(after ?? '')) return [along, Number(after)]
  throw new StoreError({
    code: 'invalid',
    problem: `expected "next" of a page of the history (${order} first), got ${JSON.stringify(cursor.slice(0, 80))}`,
    remedy: 'Leave it out to begin with the first page.',
  })
}
