import type { Job, JobOrigin } from '../job/job.ts'
import { JOB_STATES } from '../job/states.ts'
import type { NewJob } from './store.ts'

/** One row of a list as JSON: what changes of a job as columns, what is constant as an object in it. */
export const ROW = `json_array(id, seq, rank, state, attempts, deaths, created, started, ended, not_before, fin, json(head), json(problem))`

type Row = readonly [
  id: string, seq: number, rank: number, state: number, attempts: number, deaths: number, created: number,
  started: number | null, ended: number | null, notBefore: number | null, fin: number | null,
  head: Head, problem: Job['problem'] | null,
]

interface Head {
  readonly title: string
  readonly nodes: number
  readonly device?: Job['device']
  readonly api: JobOrigin['api']
  readonly client?: string
  readonly owner?: string
}

/** The constant part of a job as JSON. */
export function headText({ title, nodes, request, origin: { api, client, owner } }: NewJob): string {
  return JSON.stringify({ title, nodes, device: request.device, api, client, owner } satisfies { [K in keyof Head]: Head[K] | undefined })
}

/** A job and where it stands in the order of endings. */
export interface ListedJob {
  readonly job: Job
  readonly fin: number | null
}

/** Jobs of a page. The text is what SQLite made of ROW, in a list. */
export function readRows(text: string): ListedJob[] {
  const rows: readonly Row[] = JSON.parse(text) // written by ROW above, from columns that only this store writes
  return rows.map(listedJob)
}

function listedJob([id, seq, rank, state, attempts, deaths, created, started, ended, notBefore, fin, head, problem]: Row): ListedJob {
  const { title, nodes, ...rest } = head
  return {
    fin,
    job: {
      id, seq, rank, state: JOB_STATES[state]!, title, nodes, ...rest, attempts, deaths, created,
      ...(started === null ? {} : { started }),
      ...(ended === null ? {} : { ended }),
      ...(notBefore === null ? {} : { notBefore }),
      ...(problem === null || problem === undefined ? {} : { problem }),
    },
  }
}

/** The job that was just accepted, without asking for it again. */
export function acceptedJob({ id, title, nodes, request: { device }, origin: { api, client, owner }, created }: NewJob, seq: number, rank: number): Job {
  return {
    id, seq, rank, state: 'queued', title, nodes, api, attempts: 0, deaths: 0, created: Math.round(created),
    ...(device === undefined ? {} : { device }),
    ...(client === undefined ? {} : { client }),
    ...(owner === undefined ? {} : { owner }),
  }
}
