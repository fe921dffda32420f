import type { Json } from '../types/json.ts'
import { isList, isRecord, own } from './fields.ts'

/** Who writes workflows this way: we, ComfyUI's "Export (API)", or ComfyUI's "Save". */
export type WorkflowFormat = 'kinograph' | 'comfy-api' | 'comfy-ui'

/** Fields at the top that only ComfyUI's saved files have. */
const UI_FIELDS = ['links', 'last_node_id', 'last_link_id', 'state', 'definitions', 'config', 'revision', 'floatingLinks']

/**
 * Tells the formats apart by their form alone. What is none of them counts as ours, whose reader then says what it
 * lacks. ComfyUI's saved files have numbered nodes or a table of links; a file for its API is an object of nodes by id.
 */
export function formatOf(value: Json): WorkflowFormat {
  if (!isRecord(value)) return 'kinograph'
  const nodes = own(value, 'nodes')
  if (isList(nodes)) {
    const isUi = UI_FIELDS.some((name) => Object.hasOwn(value, name)) || own(value, 'version') === 0.4
    return isUi || hasUiNode(nodes) ? 'comfy-ui' : 'kinograph'
  }
  return isPrompt(value) || isPrompt(own(value, 'prompt')) ? 'comfy-api' : 'kinograph'
}

function hasUiNode([first]: readonly Json[]): boolean {
  return isRecord(first) && (typeof own(first, 'id') === 'number' || Object.hasOwn(first, 'widgets_values'))
}

/** Whether any of its fields is a node of the API format. */
function isPrompt(value: Json | undefined): boolean {
  return isRecord(value) && Object.values(value).some((node) => isRecord(node) && Object.hasOwn(node, 'class_type'))
}
