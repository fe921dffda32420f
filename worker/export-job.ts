/** Writes a workflow in one of the formats of core/comfy, all that it says kept. */
import { rename, rm, stat, writeFile } from 'node:fs/promises'
import { workflowText } from '../core/comfy/save.ts'
import { migrateWorkflow } from '../core/plugins/migrate.ts'
import { applyOverrides } from '../core/workflow/overrides.ts'
import { WorkflowError } from '../core/workflow/workflow-error.ts'
import { loadWorkflow } from './load-workflow.ts'
import type { Answers, ExportRequest } from './protocol.ts'
import type { Engine } from './run-job.ts'

/** @throws WorkflowError for what can't be read, set, said in the format, or written */
export async function exportJob(request: ExportRequest, { registry }: Engine): Promise<Answers['export']> {
  const { workflow: source, set, parameters, to, file } = request
  const { definitions } = registry
  const { workflow } = migrateWorkflow(await loadWorkflow(source, definitions, 'keep'), registry)
  const changed = applyOverrides(workflow, { ...(set && { set }), ...(parameters && { parameters }) }, definitions)
  await writeWhole(file, workflowText(changed, to, definitions))
  return { file, bytes: (await stat(file)).size }
}

/** Under a temporary name first: a file with the final name is whole. */
async function writeWhole(file: string, text: string): Promise<void> {
  const temporary = `${file}.${process.pid}.tmp`
  try {
    await writeFile(temporary, text, { flag: 'wx' })
    await rename(temporary, file)
  } catch (error) {
    await rm(temporary, { force: true })
    const reason = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    throw new WorkflowError({
      code: 'execution_failed', at: file, problem: `the file can't be written (${reason})`, remedy: 'Name another with --output.',
    }, { cause: error })
  }
}
