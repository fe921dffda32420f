/** Values that change by themselves once a workflow was queued: ComfyUI's "control after generate". */
import { own, recordOf } from '../../core/comfy/fields.ts'
import { editorPart, withEditorPart } from '../../core/comfy/looks.ts'
import type { Definitions, InputDefinition } from '../../core/types/definition.ts'
import type { Json } from '../../core/types/json.ts'
import { seedPolicy } from '../../core/types/literal.ts'
import { inputOf, isLink, literalOf, type Workflow, type WorkflowNode } from '../../core/workflow/workflow.ts'

/** How a value changes; `fixed` is what it does when nothing is said. */
export type Control = 'fixed' | 'increment' | 'decrement' | 'randomize'

export const CONTROLS: readonly Control[] = ['fixed', 'increment', 'decrement', 'randomize']

/** How an input of a node changes after each run: kept in `extra.editor.control` by its name. */
export function controlOf({ extra }: WorkflowNode, input: string): Control {
  const control = own(recordOf(own(editorPart(extra), 'control')), input)
  return CONTROLS.find((one) => one === control) ?? 'fixed'
}

/** The node with an input that changes so after each run. */
export function withControl(node: WorkflowNode, input: string, control: Control): WorkflowNode {
  const part = editorPart(node.extra)
  const others = Object.entries(recordOf(own(part, 'control'))).filter(([name]) => name !== input)
  const controls = control === 'fixed' ? others : [...others, [input, control] as const]
  const { control: _before, ...rest } = part
  const { extra: _extra, ...bare } = node
  const extra = withEditorPart(node.extra, { ...rest, ...(controls.length > 0 && { control: Object.fromEntries(controls) }) })
  return { ...bare, ...(extra && { extra }) }
}

/** The workflow as it is to be queued next; the same object when nothing changes. */
export function afterQueued(workflow: Workflow, definitions: Definitions, random: () => number = Math.random): Workflow {
  const nodes = changedNodes(workflow.nodes, definitions, random)
  const subgraphs = workflow.subgraphs?.map((subgraph) => {
    const inner = changedNodes(subgraph.nodes, definitions, random)
    return inner === subgraph.nodes ? subgraph : { ...subgraph, nodes: inner }
  })
  const isChanged = nodes !== workflow.nodes || subgraphs?.some((one, index) => one !== workflow.subgraphs![index])
  return isChanged ? { ...workflow, nodes, ...(subgraphs && { subgraphs }) } : workflow
}

function changedNodes(nodes: readonly WorkflowNode[], definitions: Definitions, random: () => number): readonly WorkflowNode[] {
  const changed = nodes.map((node) => changedNode(node, definitions, random))
  return changed.some((node, index) => node !== nodes[index]) ? changed : nodes
}

function changedNode(node: WorkflowNode, definitions: Definitions, random: () => number): WorkflowNode {
  const inputs = definitions.get(node.type)?.inputs ?? []
  const changes = inputs.flatMap((input): readonly (readonly [string, Json])[] => {
    const value = valueAt(node, input)
    const next = value === undefined ? undefined : nextValue(input, value, controlOf(node, input.name), random)
    return next === undefined || next === value ? [] : [[input.name, next]]
  })
  if (changes.length === 0) return node
  return { ...node, inputs: { ...node.inputs, ...Object.fromEntries(changes.map(([name, value]) => [name, inputOf(value)])) } }
}

/** What is written at an input, or its default; undefined where a link leads to it. */
function valueAt({ inputs }: WorkflowNode, input: InputDefinition): Json | undefined {
  if (inputs === undefined || !Object.hasOwn(inputs, input.name)) return input.default
  const held = inputs[input.name]!
  return isLink(held) ? undefined : literalOf(held)
}

/** The next value of an input; undefined where it stays. A seed that says "increment 43" counts on by itself. */
export function nextValue(input: InputDefinition, value: Json, control: Control, random: () => number): Json | undefined {
  if (input.seed) {
    const policy = seedPolicy(value)
    if (policy?.kind === 'increment') return `increment ${policy.from >= Number.MAX_SAFE_INTEGER ? 0 : policy.from + 1}`
  }
  if (control === 'fixed') return undefined
  if (typeof value === 'number') return nextNumber(input, value, control, random)
  if (typeof value === 'string' && input.choices?.length) return nextChoice(input.choices, value, control, random)
  return undefined
}

function nextNumber({ min = 0, max = Number.MAX_SAFE_INTEGER, step = 1 }: InputDefinition, value: number, control: Control, random: () => number): number {
  const top = Math.min(max, Number.MAX_SAFE_INTEGER)
  if (control === 'randomize') return Math.min(top, min + Math.floor(random() * ((top - min) / step + 1)) * step)
  return Math.min(top, Math.max(min, control === 'increment' ? value + step : value - step))
}

function nextChoice(choices: readonly string[], value: string, control: Control, random: () => number): string {
  const at = choices.indexOf(value)
  const next = control === 'randomize' ? Math.floor(random() * choices.length) : at + (control === 'increment' ? 1 : -1)
  return choices[Math.min(choices.length - 1, Math.max(0, next))]!
}
