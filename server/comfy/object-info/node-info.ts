/** A node type as `/object_info` describes it. */
import type { InputDefinition, NodeDefinition } from '../../../core/types/definition.ts'
import type { JsonObject } from '../../../core/types/json.ts'
import type { HiddenValues } from '../../../core/types/port.ts'
import { inputSpec, typeName, type InputSpec } from './input-spec.ts'

const HIDDEN: Readonly<Record<keyof HiddenValues, string>> = {
  node_id: 'UNIQUE_ID', prompt: 'PROMPT', workflow: 'EXTRA_PNGINFO', metadata: 'METADATA',
}

/** The plugin that the built-in nodes are. */
const OURS = 'kinograph'

/** Names of files that an input may take, by the kind of file. */
export type FileChoices = (kind: NonNullable<InputDefinition['upload']>) => readonly string[]

/** ComfyUI's first schema, with all that our ports say. */
export function nodeInfo(definition: NodeDefinition, files: FileChoices): JsonObject {
  const { inputs, outputs, type, title, summary, plugin, category, output, deprecated, experimental, inputList } = definition
  const slots = inputs.flatMap(slotsOf)
  const required = slots.filter(({ input }) => isRequired(input))
  const optional = slots.filter(({ input }) => input.hidden === undefined && !isRequired(input))
  const hidden = inputs.flatMap(({ name, hidden: kind }) => (kind === undefined ? [] : [[name, HIDDEN[kind]] as const]))
  const tooltips = outputs.some(({ tooltip }) => tooltip !== undefined)
  return {
    input: {
      required: specs(required, files),
      ...(optional.length > 0 && { optional: specs(optional, files) }),
      ...(hidden.length > 0 && { hidden: Object.fromEntries(hidden) }),
    },
    input_order: {
      required: required.map(({ name }) => name),
      ...(optional.length > 0 && { optional: optional.map(({ name }) => name) }),
      ...(hidden.length > 0 && { hidden: hidden.map(([name]) => name) }),
    },
    is_input_list: inputList === true,
    output: outputs.map(({ socket }) => typeName(socket)),
    output_is_list: outputs.map(({ each }) => each === true),
    output_name: outputs.map(({ name }) => name),
    ...(tooltips && { output_tooltips: outputs.map(({ tooltip }) => tooltip ?? '') }),
    name: type,
    display_name: title,
    description: summary ?? '',
    python_module: plugin === undefined || plugin === OURS ? 'nodes' : `custom_nodes.${plugin}`,
    category,
    output_node: output,
    ...(deprecated === true && { deprecated: true }),
    ...(experimental === true && { experimental: true }),
  }
}

interface Slot {
  readonly name: string
  readonly input: InputDefinition
}

/** A variadic input as the slots that a prompt may fill: as many as it must have, and one more. */
function slotsOf(input: InputDefinition): Slot[] {
  const { name, variadic } = input
  if (variadic === undefined) return [{ name, input }]
  const count = Math.min(variadic.max, variadic.min + 1)
  return Array.from({ length: count }, (_, index) => ({ name: `${name}.${index}`, input: { ...input, required: index < variadic.min } }))
}

/** ComfyUI lists inputs with a default as required: its front end draws them, and a prompt may still leave ours out. */
function isRequired({ required, default: value, hidden }: InputDefinition): boolean {
  return hidden === undefined && (required || value !== undefined)
}

function specs(slots: readonly Slot[], files: FileChoices): JsonObject {
  return Object.fromEntries(slots.map(({ name, input }) => [name, withVariadic(withFiles(inputSpec(input), input, files), input)]))
}

/** An input that names a file: ComfyUI lists those that are there. */
function withFiles([type, options]: InputSpec, { upload, socket }: InputDefinition, files: FileChoices): InputSpec {
  return upload === undefined || socket !== 'STRING' ? [type, options] : [files(upload), options]
}

function withVariadic([type, options]: InputSpec, { name, variadic }: InputDefinition): InputSpec {
  return variadic === undefined ? [type, options] : [type, { ...options, variadic: { name, ...variadic } }]
}
