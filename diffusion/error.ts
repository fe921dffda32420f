/** The error that everything under diffusion/ throws when a person can do something about it. */

export interface DiffusionProblem {
  /** The setting, file or input that is wrong: `prediction_type`, `steps`, a path. */
  readonly field?: string
  /** What would have been accepted, as it should read after "expected". */
  readonly expected: string
  /** What came instead, as it should read after "got". */
  readonly found: string
  /** What to do about it: one sentence. */
  readonly remedy: string
}

/** One sentence made of the parts: `prediction_type: expected "epsilon" or "sample", got "noise". Use one of the two.` */
const messageOf = ({ field, expected, found, remedy }: DiffusionProblem) =>
  `${field === undefined ? '' : `${field}: `}expected ${expected}, got ${found}. ${remedy}`

/**
 * A model, scheduler, LoRA or request that cannot be used as given. The message is built from the parts, so that every
 * place that shows it (terminal, HTTP reply, editor) says the same; node and input are added by the layers above.
 */
export class DiffusionError extends Error implements DiffusionProblem {
  override readonly name = 'DiffusionError'
  readonly field?: string
  readonly expected: string
  readonly found: string
  readonly remedy: string

  constructor(problem: DiffusionProblem, options?: ErrorOptions) {
    super(messageOf(problem), options)
    if (problem.field !== undefined) this.field = problem.field
    this.expected = problem.expected
    this.found = problem.found
    this.remedy = problem.remedy
  }
}
