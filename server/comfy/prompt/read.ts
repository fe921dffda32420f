/** Reads the body of a `POST /prompt`. */
import { formatOf, importComfyApi, openWorkflow, VIRTUAL_NODES } from '../../../core/comfy/index.ts'
import { isList, isRecord, own } from '../../../core/comfy/fields.ts'
import type { Definitions } from '../../../core/types/definition.ts'
import { shortText, type Json, type JsonObject } from '../../../core/types/json.ts'
import { parseWorkflow } from '../../../core/workflow/parse.ts'
import { subgraphIdOf, type Workflow } from '../../../core/workflow/workflow.ts'
import { refusal } from '../errors.ts'
import { adapted, type Adapted } from './adapt.ts'

/** What a client asks for. */
export interface Submission extends Adapted {
  readonly id?: string
  readonly client?: string
  readonly place?: 'front' | number
  readonly targets?: readonly string[]
  readonly extraData: JsonObject
  /** The prompt as it was sent, where it is in the API format. */
  readonly prompt?: JsonObject
}

const JOB_ID = /^[A-Za-z0-9_-]{1,64}$/
const LONGEST_CLIENT = 256

/** The body's fields, checked, and its workflow in our form. @throws ComfyRefusal, WorkflowError */
export function readSubmission(body: JsonObject, definitions: Definitions): Submission {
  const { workflow, prompt } = workflowOf(body, definitions)
  const { workflow: fitting, ignored } = prompt === undefined ? { workflow, ignored: [] } : adapted(workflow, definitions)
  refuseMissingTypes(fitting, definitions, body)
  const extra = own(body, 'extra_data')
  return {
    workflow: fitting, ignored,
    extraData: isRecord(extra) ? extra : {},
    ...(prompt && { prompt }), ...idIn(body), ...clientIn(body), ...placeIn(body), ...targetsIn(body),
  }
}

/** The workflow: under `prompt` in any format, or the whole body where that is what an editor saves. */
function workflowOf(body: JsonObject, definitions: Definitions): { workflow: Workflow; prompt?: JsonObject } {
  const prompt = own(body, 'prompt') ?? (isList(own(body, 'nodes')) ? body : undefined)
  if (prompt === undefined || prompt === null) {
    throw refusal(400, 'no_prompt', 'No prompt provided', 'Expected {"prompt": {…}} with the nodes by their ids.')
  }
  if (!isRecord(prompt)) {
    throw refusal(400, 'invalid_prompt', 'The prompt is not an object.', `Expected nodes by their ids, got ${shortText(prompt)}.`)
  }
  if (Object.keys(prompt).length === 0) throw noOutputs('The prompt has no nodes.')
  const format = formatOf(prompt)
  if (format === 'comfy-ui' || isList(own(prompt, 'nodes'))) return { workflow: openWorkflow(prompt, definitions).workflow }
  return { workflow: parseWorkflow(importComfyApi(prompt, definitions)), prompt }
}

/** There is nothing to make. */
export function noOutputs(details: string) {
  return refusal(400, 'prompt_no_outputs', 'Prompt has no outputs', details)
}

function idIn(body: JsonObject): { readonly id?: string } {
  const id = own(body, 'prompt_id')
  if (id === undefined || id === null) return {}
  if (typeof id === 'string' && JOB_ID.test(id)) return { id }
  throw refusal(400, 'invalid_prompt', '"prompt_id" is not an id.',
    `Expected 1 to 64 letters, digits, - and _, got ${shortText(id)}. Leave it out for a new one.`)
}

function clientIn(body: JsonObject): { readonly client?: string } {
  const client = own(body, 'client_id')
  if (client === undefined || client === null || client === '') return {}
  if (typeof client === 'string' && client.length <= LONGEST_CLIENT) return { client }
  throw refusal(400, 'invalid_prompt', '"client_id" is not an id.',
    `Expected a text of at most ${LONGEST_CLIENT} characters, got ${shortText(client)}.`)
}

/** ComfyUI's number: lower ones run first. `front` wins. */
function placeIn(body: JsonObject): { readonly place?: 'front' | number } {
  if (own(body, 'front') === true) return { place: 'front' }
  const number = own(body, 'number')
  if (number === undefined || number === null) return {}
  const value = typeof number === 'string' ? Number(number) : number
  if (typeof value === 'number' && Number.isFinite(value)) return { place: value }
  throw refusal(400, 'invalid_prompt', '"number" is not a number.', `Expected a number, got ${shortText(number)}.`)
}

function targetsIn(body: JsonObject): { readonly targets?: readonly string[] } {
  const targets = own(body, 'partial_execution_targets')
  if (targets === undefined || targets === null) return {}
  if (!isList(targets) || !targets.every((id) => typeof id === 'string' || typeof id === 'number')) {
    throw refusal(400, 'invalid_prompt', '"partial_execution_targets" is not a list of node ids.', `Got ${shortText(targets)}.`)
  }
  if (targets.length === 0) throw noOutputs('"partial_execution_targets" is empty: leave it out to run all outputs.')
  return { targets: targets.map(String) }
}

interface MissingType {
  readonly class_type: string
  readonly nodes: readonly string[]
  /** The package that provides it, where the saved workflow says so. */
  readonly package?: string
}

/** @throws ComfyRefusal that names each node type that is not here, and queues nothing */
function refuseMissingTypes(workflow: Workflow, definitions: Definitions, body: JsonObject): void {
  const byType = new Map<string, string[]>()
  for (const { nodes } of [workflow, ...(workflow.subgraphs ?? [])]) {
    for (const { id, type, mode } of nodes) {
      if (definitions.has(type) || mode !== undefined || VIRTUAL_NODES.has(type) || subgraphIdOf(type) !== undefined) continue
      byType.set(type, [...(byType.get(type) ?? []), id])
    }
  }
  if (byType.size === 0) return
  const packages = packagesIn(body)
  const missing = [...byType].map(([type, nodes]): MissingType => {
    const from = packages.get(type)
    return { class_type: type, nodes, ...(from !== undefined && { package: from }) }
  })
  throw refusal(400, 'invalid_prompt', `Cannot execute because these node types do not exist here: ${[...byType.keys()].join(', ')}.`,
    missing.map(missingText).join('\n'), { missing_node_types: missing.map((one) => ({ ...one })) })
}

function missingText({ class_type: type, nodes, package: from }: MissingType): string {
  const ids = nodes.map((id) => `#${id}`).join(', ')
  return `${type} (node ID ${ids})${from === undefined ? '' : `: the package ${from} provides it`}`
}

/** Which package provides a node type, as the editor's workflow says it beside the prompt. */
function packagesIn(body: JsonObject): Map<string, string> {
  const extra = own(body, 'extra_data')
  const png = isRecord(extra) ? own(extra, 'extra_pnginfo') : undefined
  const sources = [own(body, 'prompt'), body, isRecord(png) ? own(png, 'workflow') : undefined]
  const nodes = sources.flatMap((source) => (isRecord(source) ? listOf(own(source, 'nodes')) : []))
  return new Map(nodes.flatMap((node): [string, string][] => {
    if (!isRecord(node)) return []
    const properties = own(node, 'properties')
    const name = isRecord(properties) ? own(properties, 'cnr_id') ?? own(properties, 'aux_id') : undefined
    const type = own(node, 'type')
    return typeof type === 'string' && typeof name === 'string' ? [[type, name]] : []
  }))
}

const listOf = (value: Json | undefined): readonly Json[] => (isList(value) ? value : [])
