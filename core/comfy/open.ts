import type { Definitions } from '../types/definition.ts'
import type { Json } from '../types/json.ts'
import { parseWorkflow } from '../workflow/parse.ts'
import type { Workflow } from '../workflow/workflow.ts'
import { importComfyApi } from './api-import.ts'
import { formatOf, type WorkflowFormat } from './detect.ts'
import { readComfyText } from './text.ts'
import { importComfyUi } from './ui-import.ts'

/** A workflow with the format it came in. */
export interface OpenedWorkflow {
  readonly workflow: Workflow
  readonly format: WorkflowFormat
}

/** Words without which a text is no file of ComfyUI: ours is then read once, not twice. */
const COMFY_WORDS = /"(?:class_type|links|last_node_id|widgets_values|definitions|state|pos|config)"/

/**
 * Reads a workflow in any format: ours, ComfyUI's API format, or a file that ComfyUI saved; as text, or as the value of
 * such text. Whole numbers past 2^53 stay exact from text only: a value has lost their last digits before it gets here.
 * @throws WorkflowError for what is none of these, or breaks the format that it is in
 */
export function openWorkflow(source: string | Json, definitions: Definitions = new Map()): OpenedWorkflow {
  if (typeof source === 'string' && !COMFY_WORDS.test(source)) return { workflow: parseWorkflow(source), format: 'kinograph' }
  const value = typeof source === 'string' ? readComfyText(source) : source
  const format = formatOf(value)
  switch (format) {
    case 'kinograph': return { workflow: parseWorkflow(source), format }
    // What an import gives is checked like any file: names and ids in it come from outside.
    case 'comfy-api': return { workflow: parseWorkflow(importComfyApi(value, definitions)), format }
    case 'comfy-ui': return { workflow: parseWorkflow(importComfyUi(value, definitions)), format }
    default: return format satisfies never
  }
}
