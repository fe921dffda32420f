/** A node as a file has it, made from its definition. */
import type { InputDefinition, NodeDefinition } from '../../../core/types/definition.ts'
import type { Json } from '../../../core/types/json.ts'
import { freeNodeId } from '../../graph/ids.ts'
import { widgetOf } from '../../widgets/widget-of.ts'

/** With every required input, and those that have a default; links lead to nodes that stand for whatever gives such a value. */
export function exampleOf({ type, inputs }: NodeDefinition): string {
  const shown = inputs.filter(({ hidden, required, advanced, default: value }) => hidden === undefined && (required || (value !== undefined && !advanced)))
  const entries = shown.map((input) => [input.variadic ? `${input.name}.0` : input.name, valueOf(input)] as const)
  return JSON.stringify({ id: freeNodeId(type, new Set()), type, ...(entries.length > 0 && { inputs: Object.fromEntries(entries) }) }, null, 2)
}

function valueOf(input: InputDefinition): Json {
  const { default: value, choices, min } = input
  const widget = widgetOf(input)
  if (value !== undefined) return typeof value === 'object' && value !== null && !Array.isArray(value) ? { value } : value
  if (widget === undefined || input.forceInput) return { from: 'another_node', output: input.name }
  if (choices?.[0] !== undefined) return choices[0]
  if (widget.kind === 'number' || widget.kind === 'seed') return min ?? 0
  if (widget.kind === 'toggle') return false
  return widget.kind === 'choices' ? [] : ''
}

/** What values it takes, besides their type: "1 … 100", "3 choices". */
export function rangeOf({ min, max, choices, seed }: InputDefinition): string | undefined {
  if (choices !== undefined) return choices.length <= 8 ? choices.join(', ') : `${choices.slice(0, 6).join(', ')}, … (${choices.length})`
  if (seed) return '0 …, "random", "increment 0"'
  return min === undefined && max === undefined ? undefined : `${min ?? ''} … ${max ?? ''}`.trim()
}
