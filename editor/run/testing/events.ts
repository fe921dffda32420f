/** Events of a run in few words, for tests of what is made of them. */
import type { RunEventBody } from '../../../core/run/events.ts'
import type { Job, JobEvent } from '../../../server/client/index.ts'
import { JobCourse } from '../job-course.ts'

/** A job that runs, unless something else is said. */
export const aJob = (more: Partial<Job> = {}): Job => ({
  id: 'j', seq: 1, rank: 0, state: 'running', title: 'Test', nodes: 3, api: 'kinograph', attempts: 1, deaths: 0, created: 0, ...more,
})

/** A course that these have happened in, one second after another from 1000 on, unless an event says `at` itself. */
export function courseOf(types: Readonly<Record<string, string>>, bodies: readonly (RunEventBody & { readonly at?: number })[]): JobCourse {
  const course = new JobCourse(aJob())
  course.apply({ type: 'job.graph', nodes: Object.entries(types).map(([id, type]) => ({ id, type })) }, 0)
  bodies.forEach((body, index) => course.apply(ran(body, index), body.at ?? (index + 1) * 1000))
  return course
}

/** One event of a run. */
export function ran(body: RunEventBody & { readonly at?: number }, index = 0): JobEvent {
  return { type: 'run', event: { v: 1, run: 'j', seq: index, at: (index + 1) * 1000, ...body } }
}

/** The words of a plan. */
export const planned = (run: readonly string[], cached: readonly string[] = []): RunEventBody => ({ type: 'run.started', plan: { run, cached, skipped: [] } })

export const began = (node: string, shown = node): RunEventBody => ({ type: 'node.started', node, shown })
export const stepped = (node: string, value: number, max: number, shown = node): RunEventBody => ({ type: 'node.progress', node, shown, value, max })
export const finished = (node: string, shown = node, seconds = 1): RunEventBody => ({ type: 'node.done', node, shown, seconds })
