import { explanationOf } from '../core/workflow/explained.ts'
import { WorkflowError } from '../core/workflow/workflow-error.ts'
import { isExplained, problemOf } from '../nodes/failure.ts'

/** What goes wrong with a file that a parent asked about, as it crosses: what is wrong and what to do, without its path. */
export async function reported<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!isExplained(error)) throw error
    throw new WorkflowError({ code: 'custom_validation_failed', problem: explanationOf(error).problem ?? problemOf(error), remedy: error.remedy }, { cause: error })
  }
}
