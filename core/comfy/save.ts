import type { Definitions } from '../types/definition.ts'
import { formatWorkflow } from '../workflow/format.ts'
import type { Workflow } from '../workflow/workflow.ts'
import { exportComfyApi } from './api-export.ts'
import type { WorkflowFormat } from './detect.ts'
import { comfyText } from './text.ts'
import { exportComfyUi } from './ui-export.ts'

/**
 * The text of a workflow in a format. For the API, inputs that the workflow leaves out are written with their defaults:
 * ComfyUI's server has none of its own for them.
 * @throws WorkflowError that names what the format can't hold
 */
export function workflowText(workflow: Workflow, format: WorkflowFormat, definitions: Definitions): string {
  switch (format) {
    case 'kinograph': return formatWorkflow(workflow)
    case 'comfy-api': return comfyText(exportComfyApi(workflow, definitions, { defaults: true }))
    case 'comfy-ui': return comfyText(exportComfyUi(workflow, definitions))
    default: return format satisfies never
  }
}
