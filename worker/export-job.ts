/** Writes a workflow in one of the formats of core/comfy, all that it says kept. */
import { stat } from 'node:fs/promises'
import { workflowText } from '../core/comfy/save.ts'
import { migrateWorkflow } from '../core/plugins/migrate.ts'
import { applyOverrides } from '../core/workflow/overrides.ts'
import { WorkflowError } from '../core/workflow/workflow-error.ts'
import { MediaError } from '../media/error.ts'
import { writeTextFile } from '../media/write-text.ts'
import { loadWorkflow } from './load-workflow.ts'
import type { Answers, ExportRequest } from './protocol.ts'
import type { Engine } from './run-job.ts'

/** @throws WorkflowError for what can't be read, set, said in the format, or written */
export async function exportJob(request: ExportRequest, { registry }: Engine): Promise<Answers['export']> {
  const { workflow: source, set, parameters, to, file } = request
  const { definitions } = registry
  const { workflow } = migrateWorkflow(await loadWorkflow(source, definitions, 'keep'), registry)
  const changed = applyOverrides(workflow, { ...(set && { set }), ...(parameters && { parameters }) }, definitions)
  await write(file, workflowText(changed, to, definitions))
  return { file, bytes: (await stat(file)).size }
}

async function write(file: string, text: string): Promise<void> {
  try {
    await writeTextFile(file, text)
  } catch (error) {
    if (!(error instanceof MediaError)) throw error
    throw new WorkflowError({ code: 'execution_failed', at: file, problem: error.problem, remedy: 'Name another with --output.' }, { cause: error })
  }
}
