/** Failures of the layers below, told in the words of a workflow: which input it is about, and what to do. */
import { WorkflowError } from '../core/workflow/index.ts'

/** What DiffusionError, WeightError, CheckpointError, MediaError and ModelNotFoundError have in common. */
export interface Explained {
  readonly remedy: string
  readonly field?: string
}
/** Whether a failure says itself what to do about it. */
export const isExplained = (error: unknown): error is Error & Explained =>
  error instanceof Error && 'remedy' in error && typeof error.remedy === 'string'

/** The error's text without its remedy, which stands at the end of every such message. */
export function problemOf(error: Error & Explained): string {
  const text = error.message.endsWith(error.remedy) ? error.message.slice(0, -error.remedy.length) : error.message
  return text.trim().replace(/\.$/, '')
}

/**
 * Runs `work`; a failure that a person can do something about becomes one of this node's input.
 * @param own inputs of this node that failures name themselves in their `field`: the engine tells those
 */
export async function aboutInput<T>(input: string, work: () => T | Promise<T>, own: readonly string[] = []): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!isExplained(error) || (error.field !== undefined && own.includes(error.field))) throw error
    throw new WorkflowError(
      { code: 'execution_failed', input, problem: problemOf(error), remedy: error.remedy }, { cause: error })
  }
}
