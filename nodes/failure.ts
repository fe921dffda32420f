/** Failures of the layers below, told in the words of a workflow: which input it is about, and what to do. */
import { explanationOf, messageWithout, WorkflowError } from '../core/workflow/index.ts'
import type { Explained } from '../core/workflow/index.ts'

/** Whether a failure says itself what to do about it, as those of tensor, diffusion, media and of models do. */
export const isExplained = (error: unknown): error is Error & Explained & { readonly remedy: string } =>
  error instanceof Error && explanationOf(error).remedy !== undefined

/** The error's text without its remedy, which stands at the end of every such message. */
export const problemOf = (error: Error & Explained): string => messageWithout(error, error.remedy)

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
