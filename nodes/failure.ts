/** Failures of the layers below, told in the words of a workflow: which input it is about, and what to do. */
import { WorkflowError } from '../core/workflow/index.ts'

/** What DiffusionError, WeightError, CheckpointError, MediaError and ModelNotFoundError have in common. */
interface Explained {
  readonly remedy: string
  readonly problem?: string
  readonly field?: string
}
const isExplained = (error: unknown): error is Error & Explained =>
  error instanceof Error && 'remedy' in error && typeof error.remedy === 'string'

/** The error's text without its remedy, which stands at the end of every such message. */
function problemOf(error: Error & Explained): string {
  const text = error.message.endsWith(error.remedy) ? error.message.slice(0, -error.remedy.length) : error.message
  return text.trim().replace(/\.$/, '')
}

/**
 * Runs `work`; a failure that a person can do something about becomes one of this node's input.
 * `fields` says which input a `field` of the failure is; without a match the failure is about `input`.
 */
export async function aboutInput<T>(
  input: string, work: () => T | Promise<T>, fields: Readonly<Record<string, string>> = {},
): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!isExplained(error)) throw error
    const named = error.field !== undefined && Object.hasOwn(fields, error.field) ? fields[error.field] : input
    throw new WorkflowError(
      { code: 'execution_failed', input: named, problem: problemOf(error), remedy: error.remedy }, { cause: error })
  }
}
