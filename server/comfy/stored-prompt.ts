/** A job as ComfyUI lists it: `[number, id, prompt, extra_data, outputs to execute]`. */
import { isList, isRecord, own } from '../../core/comfy/fields.ts'
import { exportComfyApi } from '../../core/comfy/index.ts'
import type { Definitions } from '../../core/types/definition.ts'
import type { JsonObject } from '../../core/types/json.ts'
import { withoutSecrets } from '../../core/workflow/secrets.ts'
import type { Workflow } from '../../core/workflow/workflow.ts'
import type { Job, JobOrigin, JobRecord } from '../job/job.ts'
import type { Services } from '../services.ts'

/** What this door keeps with a job for its own answers. */
export interface ComfyExtra {
  /** As it was sent, where it came in the API format. */
  readonly prompt?: JsonObject
  readonly extra_data: JsonObject
  /** Output nodes that are to run. */
  readonly outputs: readonly string[]
}

/** A row of ComfyUI's queue and history. */
export type PromptRow = readonly [number: number, id: string, prompt: JsonObject, extraData: JsonObject, outputs: readonly string[]]

type Kept = Pick<JobRecord, 'request'> & { readonly origin: Pick<JobOrigin, 'extra'> }

/** The row of a job; of one that came through another door, its workflow in ComfyUI's API format. */
export async function promptRow(services: Pick<Services, 'desk'>, job: Job, kept: Kept): Promise<PromptRow> {
  const extra = kept.origin.extra ?? {}
  const data = own(extra, 'extra_data')
  const outputs = own(extra, 'outputs')
  return [
    job.rank, job.id, await promptOf(services, kept),
    { ...(job.client !== undefined && { client_id: job.client }), ...(isRecord(data) && data), create_time: job.created },
    isList(outputs) ? outputs.filter((id) => typeof id === 'string') : [],
  ]
}

/** The row of a job that may be counted but not read. */
export function closedRow({ rank, id }: Job): PromptRow {
  return [rank, id, {}, {}, []]
}

/** The same as JSON: there may be ten thousand of them. */
export function closedText({ rank, id }: Job): string {
  return `[${rank},${JSON.stringify(id)},{},{},[]]`
}

/** The prompt as it was sent, or the workflow in ComfyUI's API format. */
export async function promptOf({ desk }: Pick<Services, 'desk'>, { request, origin }: Kept): Promise<JsonObject> {
  const sent = own(origin.extra ?? {}, 'prompt')
  return isRecord(sent) ? sent : exported(request.workflow, await desk.definitions())
}

/** A workflow for ComfyUI, its secrets left out; empty where the format can't hold it. */
function exported(workflow: Workflow, definitions: Definitions): JsonObject {
  try {
    return exportComfyApi(withoutSecrets(workflow, definitions).workflow, definitions, { draw: () => 0 })
  } catch {
    return {}
  }
}

/** The prompt as it may be kept: as it was sent, or what the workflow without its secrets comes to. */
export function keptPrompt(sent: JsonObject, workflow: Workflow, definitions: Definitions): JsonObject {
  if (!hasSecrets(definitions)) return sent
  const open = withoutSecrets(workflow, definitions)
  return open.workflow === workflow ? sent : exported(open.workflow, definitions)
}

const secretive = new WeakMap<Definitions, boolean>()

/** Whether any node type takes secrets: looked up once for each set of definitions. */
function hasSecrets(definitions: Definitions): boolean {
  const known = secretive.get(definitions)
  if (known !== undefined) return known
  const found = [...definitions.values()].some(({ inputs }) => inputs.some(({ secret }) => secret))
  secretive.set(definitions, found)
  return found
}
