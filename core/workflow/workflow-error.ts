import { thrownText } from '../types/json.ts'
import { problemText, type NodeRef, type Problem, type ProblemCause, type ProblemCode } from './problem.ts'

const SEVERAL = 'prompt_outputs_failed_validation'

/** A message names this many problems; `problems` has all of them. */
const MAX_LISTED = 20

/** The most causes that are written down, one beneath the other. */
const MAX_CAUSES = 8

/**
 * A failure that a person can meet. It is built from the fields of a Problem, which are all that crosses processes;
 * the stack stays with the Error object, for the log. `cause` is what was thrown beneath it.
 */
export class WorkflowError extends Error {
  readonly code: ProblemCode
  readonly node?: NodeRef
  readonly input?: string
  /** Every single problem; one, unless this sums up several. */
  readonly problems: readonly Problem[]
  /** The fields as they cross processes. */
  readonly data: Problem

  constructor(data: Problem, options?: { cause?: unknown }) {
    super(problemText(data), options)
    this.name = 'WorkflowError'
    this.code = data.code
    if (data.node) this.node = data.node
    if (data.input !== undefined) this.input = data.input
    this.problems = data.problems ?? [data]
    const cause = data.cause ?? causeOf(options?.cause)
    this.data = cause === undefined ? data : { ...data, cause }
  }

  /** The failure as data, with no stack. */
  toJSON(): Problem {
    return this.data
  }

  /** The failure that another process wrote down. */
  static fromJSON(data: Problem): WorkflowError {
    return new WorkflowError(data)
  }

  /** One error for several problems; its message lists them. The problem itself when there is one. */
  static ofProblems(problems: readonly Problem[], code: ProblemCode = SEVERAL): WorkflowError {
    if (problems.length === 1) return new WorkflowError(problems[0]!)
    const lines = problems.slice(0, MAX_LISTED).map((problem) => `\n  - ${problemText(problem)}`)
    if (problems.length > MAX_LISTED) lines.push(`\n  - and ${problems.length - MAX_LISTED} more`)
    return new WorkflowError({ code, problem: `there are ${problems.length} problems:${lines.join('')}`, problems })
  }
}

/** The text of a failure for the log: its message and stack, and those of what lies beneath. */
export function logText(error: unknown): string {
  const texts: string[] = []
  for (let one = error, depth = 0; one !== undefined && depth <= MAX_CAUSES; depth++) {
    texts.push((one instanceof Error && one.stack) || thrownText(one))
    one = one instanceof Error ? one.cause : undefined
  }
  return texts.join('\ncaused by: ')
}

/** The chain of causes as data, at most eight deep; built from the end, since a chain may be long or circular. */
function causeOf(error: unknown): ProblemCause | undefined {
  const chain: Error[] = []
  for (let one = error; one instanceof Error && chain.length < MAX_CAUSES; one = one.cause) chain.push(one)
  return chain.reduceRight<ProblemCause | undefined>(
    (cause, { name, message }) => ({ name, message, ...(cause && { cause }) }),
    undefined,
  )
}
