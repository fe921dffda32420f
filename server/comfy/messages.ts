/** What is said at the start and at the end of a job: the same over the socket and in the history's `status.messages`. */
import type { Json, JsonObject } from '../../core/types/json.ts'
import { problemText, type Problem, type ProblemCause } from '../../core/workflow/problem.ts'
import type { Job } from '../job/job.ts'

/** An event's name and its data. */
export type Message = readonly [type: string, data: JsonObject]

/** What of a run its last message tells, beside the job itself. */
export interface Course {
  /** Nodes that ran, by path. */
  readonly executed: readonly string[]
  /** The node that ran when the job was stopped, as the person sees it. */
  readonly stopped?: string | undefined
  /** The type of that node. */
  readonly type?: string | undefined
  /** The inputs of the node that failed. */
  readonly inputs?: JsonObject
}

/** At the beginning of each attempt. */
export function startMessages(id: string, cached: readonly string[], timestamp: number): Message[] {
  return [
    ['execution_start', { prompt_id: id, timestamp }],
    ['execution_cached', { nodes: cached, prompt_id: id, timestamp }],
  ]
}

/** How the job ended, once it is in the history. */
export function endMessage(job: Job, course: Course): Message {
  const timestamp = job.ended ?? job.created
  if (job.state === 'done') return ['execution_success', { prompt_id: job.id, timestamp }]
  const executed = [...course.executed]
  if (job.state === 'cancelled') {
    const { stopped = null, type = null } = course
    return ['execution_interrupted', { prompt_id: job.id, node_id: stopped, node_type: type, executed, timestamp }]
  }
  return ['execution_error', { prompt_id: job.id, ...failure(job.problem), executed, ...lastValues(course), timestamp }]
}

function failure(problem: Problem | undefined): JsonObject {
  if (problem === undefined) return { node_id: null, node_type: null, exception_message: '', exception_type: 'unknown', traceback: [] }
  const { node, ...rest } = problem
  return {
    node_id: node?.id ?? null,
    node_type: node?.type ?? null,
    exception_message: problemText(rest),
    exception_type: problem.cause?.name ?? problem.code,
    traceback: causes(problem.cause),
  }
}

/** What lies beneath, one line each; the stack stays in the server's log. */
function causes(cause: ProblemCause | undefined): string[] {
  const lines: string[] = []
  for (let one = cause; one !== undefined; one = one.cause) lines.push(`${one.name}: ${one.message}\n`)
  return lines
}

/** ComfyUI gives each input as a list, since it maps over lists. */
function lastValues({ inputs = {}, executed }: Course): JsonObject {
  const values = Object.entries(inputs).map(([name, value]): [string, Json] => [name, [value]])
  return { current_inputs: Object.fromEntries(values), current_outputs: [...executed] }
}
