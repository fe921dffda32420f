import { shortText } from '../types/json.ts'
import { WorkflowError } from './workflow-error.ts'

/** A name that is a name everywhere: in a file system, a URL, a log line, a header. */
const RUN_ID = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/

/**
 * The id of a run as its parent gave it. It names rooms, files and lines of logs, so that nothing else may stand in it
 * than letters, digits, - and _.
 * @throws WorkflowError for anything else
 */
export function runId(id: unknown): string {
  if (typeof id === 'string' && RUN_ID.test(id)) return id
  throw new WorkflowError({
    code: 'invalid_prompt',
    problem: `expected a run id of 1 to 64 letters, digits, - and _ that begins with a letter or digit, got ${shortText(id)}`,
    remedy: 'Use a UUID.',
  })
}

/** The refusal of a second request with the id of one that is not answered yet. */
export function idInFlight(id: string): WorkflowError {
  const problem = `something with the id "${id}" is on its way already`
  return new WorkflowError({ code: 'invalid_prompt', problem, remedy: 'Wait for its end, or use another id: a UUID.' })
}
