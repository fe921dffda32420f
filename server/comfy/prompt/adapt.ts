/**
 * What ComfyUI's server takes without a word and our validation would refuse: numbers written as texts and texts written
 * as numbers, a file name that says its folder, inputs that the node type does not have (front ends add some).
 */
import type { Definitions, InputDefinition } from '../../../core/types/definition.ts'
import { inputNamed } from '../../../core/workflow/validate-file.ts'
import type { InputValue, Workflow, WorkflowNode } from '../../../core/workflow/workflow.ts'

export interface Adapted {
  readonly workflow: Workflow
  /** Inputs that were left out, by node: their type does not have them. */
  readonly ignored: readonly (readonly [node: string, inputs: readonly string[]])[]
}

/** The workflow with values of the types that its inputs take, where nothing is lost by it; itself where all fit. */
export function adapted(workflow: Workflow, definitions: Definitions): Adapted {
  const ignored: [string, string[]][] = []
  let isSame = true
  const nodes = workflow.nodes.map((node) => {
    const next = adaptedNode(node, definitions, ignored)
    isSame &&= next === node
    return next
  })
  return { workflow: isSame ? workflow : { ...workflow, nodes }, ignored }
}

function adaptedNode(node: WorkflowNode, definitions: Definitions, ignored: [string, string[]][]): WorkflowNode {
  const definition = definitions.get(node.type)
  if (definition === undefined || node.inputs === undefined) return node
  const unknown: string[] = []
  const changed = new Map<string, InputValue>()
  for (const [name, value] of Object.entries(node.inputs)) {
    const input = inputNamed(definition, name)
    if (input === undefined || input.hidden !== undefined) unknown.push(name)
    else if (typeof value === 'string' || typeof value === 'number') {
      const fitting = fittingValue(input, value)
      if (fitting !== value) changed.set(name, fitting)
    }
  }
  if (unknown.length === 0 && changed.size === 0) return node
  if (unknown.length > 0) ignored.push([node.id, unknown])
  const entries = Object.entries(node.inputs).filter(([name]) => !unknown.includes(name))
  return { ...node, inputs: Object.fromEntries(entries.map(([name, value]) => [name, changed.get(name) ?? value])) }
}

const WHOLE = /^[+-]?\d{1,15}$/
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i
/** `picture.png [input]`: what ComfyUI's mask editor writes. */
const IN_INPUT = / \[input\]$/

function fittingValue({ socket, upload }: InputDefinition, value: string | number): string | number {
  if (typeof value === 'number') return socket === 'STRING' || socket === 'COMBO' ? String(value) : value
  if (upload !== undefined) return value.replace(IN_INPUT, '')
  if (socket === 'INT' && WHOLE.test(value.trim())) return Number(value)
  return socket === 'FLOAT' && NUMBER.test(value.trim()) && Number.isFinite(Number(value)) ? Number(value) : value
}
