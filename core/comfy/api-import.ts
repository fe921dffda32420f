import type { Definitions, NodeDefinition } from '../types/definition.ts'
import type { Json, JsonObject } from '../types/json.ts'
import { shortText } from '../types/json.ts'
import { inputOf, type InputValue, type Workflow, type WorkflowNode } from '../workflow/workflow.ts'
import { expected, field, isList, isRecord, own, recordAt, refuse, unlessEmpty, without, type Place } from './fields.ts'
import { keep } from './kept.ts'
import { KINOGRAPH } from './ui-native.ts'

/** How a list (or an object with this key) is written where a bare list would be a link. */
export const WRAPPED_VALUE = '__value__'

/**
 * Reads a workflow in ComfyUI's API format: `{ id: { class_type, inputs, _meta } }`, or the body of a `POST /prompt`
 * that holds one. Nodes of types that are not known here are kept like the others.
 * @param definitions names the outputs that links mean; of unknown types they stay numbers
 * @throws WorkflowError that names the node and the input which can't be read
 */
export function importComfyApi(value: Json, definitions: Definitions = new Map()): Workflow {
  const prompt = promptOf(recordAt(value, {}))
  const nodes = Object.entries(prompt).map(([id, node]) => readNode(id, node, prompt, definitions))
  return { version: 1, nodes }
}

/** The nodes themselves, out of a request's body if it is one. */
function promptOf(value: JsonObject): JsonObject {
  const prompt = own(value, 'prompt')
  return isRecord(prompt) && !Object.hasOwn(prompt, 'class_type') ? prompt : value
}

function readNode(id: string, value: Json, prompt: JsonObject, definitions: Definitions): WorkflowNode {
  const node = recordAt(value, { at: place(id) })
  const type = own(node, 'class_type')
  if (typeof type !== 'string' || type === '') expected('a class_type', type, { at: place(id) }, 'Name the node\'s type.')
  const meta = own(node, '_meta')
  const title = isRecord(meta) ? own(meta, 'title') : undefined
  const version = versionIn(meta)
  const given = Object.entries(recordAt(own(node, 'inputs') ?? {}, { node: { id, type }, at: 'inputs' }))
  const buttons = given.filter(([name, input]) => isButton(name, input, definitions.get(type)))
  const inputs = given.filter(([name, input]) => !isButton(name, input, definitions.get(type)))
    .map(([name, input]) => [name, readInput(input, { node: { id, type }, input: name }, prompt, definitions)] as const)
  const rest = unlessEmpty({ ...without(node, 'class_type', 'inputs', '_meta'), ...metaRest(meta), ...field('inputs', unlessEmpty(Object.fromEntries(buttons))) })
  return {
    id,
    type,
    ...(version !== undefined && { version }),
    ...(typeof title === 'string' && { title }),
    ...(inputs.length > 0 && { inputs: Object.fromEntries(inputs) }),
    ...field('extra', rest && keep('api', rest)),
  }
}

/** The editor's button below a file's name, which older exports hold as if it were an input: `"upload": "image"`. */
function isButton(name: string, input: Json, definition: NodeDefinition | undefined): boolean {
  if (name !== 'upload' || typeof input !== 'string' || definition === undefined) return false
  return definition.inputs.every((one) => one.name !== name)
}

const place = (id: string): string => `node ${shortText(id)}`

/** The version of its type that a node of ours was written for: `_meta.kinograph.version`. */
function versionIn(meta: Json | undefined): number | undefined {
  const mark = isRecord(meta) ? own(meta, KINOGRAPH) : undefined
  const version = isRecord(mark) ? own(mark, 'version') : undefined
  return typeof version === 'number' && Number.isSafeInteger(version) && version >= 1 ? version : undefined
}

/** What `_meta` holds besides a title and a version; itself where it holds neither, so that it comes back. */
function metaRest(meta: Json | undefined): JsonObject {
  if (meta === undefined) return {}
  if (!isRecord(meta)) return { _meta: meta }
  const known = [...(typeof own(meta, 'title') === 'string' ? ['title'] : []), ...(versionIn(meta) === undefined ? [] : [KINOGRAPH])]
  return known.length === 0 ? { _meta: meta } : field('_meta', unlessEmpty(without(meta, ...known)))
}

function readInput(value: Json, where: Place, prompt: JsonObject, definitions: Definitions): InputValue {
  if (isList(value)) return readLink(value, where, prompt, definitions)
  if (isRecord(value) && Object.hasOwn(value, WRAPPED_VALUE)) return inputOf(own(value, WRAPPED_VALUE)!)
  return inputOf(value)
}

function readLink(value: readonly Json[], where: Place, prompt: JsonObject, definitions: Definitions): InputValue {
  const [id, index] = value
  const isId = typeof id === 'string' || Number.isSafeInteger(id)
  if (value.length !== 2 || !isId || typeof index !== 'number' || !Number.isSafeInteger(index) || index < 0) {
    refuse(
      `expected a link ["node id", output number], got ${JSON.stringify(value).slice(0, 80)}`, where,
      `Write a list of values as {"${WRAPPED_VALUE}": [...]}.`, 'bad_linked_input',
    )
  }
  const from = String(id)
  const source = own(prompt, from)
  const type = isRecord(source) ? own(source, 'class_type') : undefined
  return { from, output: outputName(definitions, type, index) }
}

/** The name of an output, or its number where the type is not known or has no such output. */
export function outputName(definitions: Definitions, type: Json | undefined, index: number): string | number {
  return (typeof type === 'string' ? definitions.get(type)?.outputs[index]?.name : undefined) ?? index
}
