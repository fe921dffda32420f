import type { Definitions } from '../types/definition.ts'
import type { Json, JsonObject } from '../types/json.ts'
import { refOf } from '../workflow/graph.ts'
import type { Problem } from '../workflow/problem.ts'
import { resolveSeeds } from '../workflow/seeds.ts'
import { listed } from '../workflow/suggest.ts'
import { isLink, literalOf, type InputValue, type Link, type Workflow, type WorkflowNode } from '../workflow/workflow.ts'
import { WorkflowError } from '../workflow/workflow-error.ts'
import { WRAPPED_VALUE } from './api-import.ts'
import { isList, isRecord, unlessEmpty } from './fields.ts'
import { keptOf } from './kept.ts'
import { resolveForApi } from './resolve.ts'
import { KINOGRAPH } from './ui-native.ts'

/** One node of ComfyUI's API format. */
export interface ComfyApiNode extends JsonObject {
  readonly class_type: string
  readonly inputs: JsonObject
}

/** A workflow in ComfyUI's API format: nodes by id. */
export type ComfyApiWorkflow = { readonly [id: string]: ComfyApiNode }

/** How a workflow is written for the API. */
export interface ApiExportOptions {
  /** Gives the numbers of seeds that say "random": a whole number from 0 to 2^53 - 1. */
  readonly draw?: () => number
  /** Write the default of each input that the workflow leaves out: ComfyUI's server wants them all. */
  readonly defaults?: boolean
}

/**
 * A workflow as ComfyUI's API takes it. What only the editor knows is resolved as ComfyUI's own export does: subgraphs
 * are laid open (`outer:inner`), notes, reroutes and primitives are gone, muted nodes too, bypassed ones passed by.
 * Seeds that say "random" are drawn. `API_LOSSES` lists what else the format can't hold.
 * @param definitions give outputs their numbers
 * @throws WorkflowError that names each node and input which can't be written
 */
export function exportComfyApi(
  workflow: Workflow, definitions: Definitions = new Map(), options: ApiExportOptions = {},
): ComfyApiWorkflow {
  const resolved = resolveForApi(resolveSeeds(workflow, definitions, options.draw).workflow, definitions)
  const problems = duplicates(resolved)
  const types = new Map(resolved.nodes.map((node) => [node.id, node.type]))
  const nodes = resolved.nodes.map((node): [string, ComfyApiNode] => {
    const inputs = withDefaults(node, definitions, options).map(([name, value]): [string, Json] => {
      if (!isLink(value)) return [name, comfyLiteral(literalOf(value))]
      const index = outputIndex(value, types.get(value.from), definitions)
      if (index === undefined) problems.push(unknownOutput(node, name, value, types.get(value.from), definitions))
      return [name, [value.from, index ?? 0]]
    })
    return [node.id, writeNode(node, Object.fromEntries(inputs))]
  })
  if (problems.length > 0) throw WorkflowError.ofProblems(problems, 'invalid_prompt')
  return Object.fromEntries(nodes)
}

/** An object has room for one node of an id. */
function duplicates({ nodes }: Workflow): Problem[] {
  const seen = new Set<string>()
  return nodes.filter(({ id }) => seen.has(id) || !seen.add(id)).map((node) => ({
    code: 'duplicate_node_id', node: refOf(node),
    problem: `the id "${node.id}" is taken by a node before it`,
    remedy: 'Give it another id, and change the links that mean it.',
  }))
}

function withDefaults(node: WorkflowNode, definitions: Definitions, options: ApiExportOptions): [string, InputValue][] {
  const entries = Object.entries(node.inputs ?? {})
  if (!options.defaults) return entries
  const given = new Set(entries.map(([name]) => name))
  for (const input of definitions.get(node.type)?.inputs ?? []) {
    if (input.default !== undefined && input.hidden === undefined && !given.has(input.name)) {
      entries.push([input.name, isRecord(input.default) ? { value: input.default } : input.default])
    }
  }
  return entries
}

/** A literal as the API writes it: a list, and an object that would be taken for a wrapped value, are wrapped. */
export function comfyLiteral(value: Json): Json {
  const mustWrap = isList(value) || (isRecord(value) && Object.hasOwn(value, WRAPPED_VALUE))
  return mustWrap ? { [WRAPPED_VALUE]: value } : value
}

function outputIndex({ output }: Link, type: string | undefined, definitions: Definitions): number | undefined {
  if (typeof output === 'number') return output
  const index = type === undefined ? -1 : definitions.get(type)?.outputs.findIndex(({ name }) => name === output) ?? -1
  return index < 0 ? undefined : index
}

function unknownOutput(
  node: WorkflowNode, input: string, { from, output }: Link, type: string | undefined, definitions: Definitions,
): Problem {
  const definition = type === undefined ? undefined : definitions.get(type)
  const what = `its link to output ${JSON.stringify(output)} of node ${from}`
  const known = definition?.outputs.map(({ name }) => name) ?? []
  if (definition) {
    const problem = `${what}, a ${definition.type}, which has no such output`
    return { code: 'bad_linked_input', node: refOf(node), input, problem, remedy: listed(known, 'output') }
  }
  const reason = type === undefined ? 'which the workflow does not have' : `of the type ${type}, which is not known here`
  return {
    code: 'bad_linked_input', node: refOf(node), input,
    problem: `${what}, ${reason}, can't be written: ComfyUI's API wants the output's number`,
    remedy: 'Give the number of the output in the link instead of its name, or install the plugin that has the type.',
  }
}

function writeNode(node: WorkflowNode, inputs: JsonObject): ComfyApiNode {
  const { _meta: keptMeta, inputs: buttons, ...rest } = keptOf(node.extra, 'api')
  const ours: JsonObject = {
    ...(node.title !== undefined && { title: node.title }),
    ...(node.version !== undefined && { [KINOGRAPH]: { version: node.version } }),
  }
  const meta = isRecord(keptMeta) || keptMeta === undefined ? unlessEmpty({ ...keptMeta, ...ours }) ?? keptMeta : keptMeta
  const all = isRecord(buttons) ? { ...inputs, ...buttons } : inputs
  return { ...rest, class_type: node.type, inputs: all, ...(meta !== undefined && { _meta: meta }) }
}
