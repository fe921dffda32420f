import type { Json } from '../types/json.ts'
import type { Definitions } from '../types/definition.ts'
import type { ResolvedPrompt } from '../run/resolve-inputs.ts'
import { isDynamic } from '../workflow/dynamic-prompt.ts'
import type { ResolvedSeed } from '../workflow/seeds.ts'
import { inputOf, isLink, literalOf, type Workflow, type WorkflowNode } from '../workflow/workflow.ts'

/** What varies from run to run, as one run had it: by the paths that nodes have once subgraphs are written out. */
export interface Pins {
  readonly seeds: readonly ResolvedSeed[]
  /** Texts as a workflow holds them: `{` and its like escaped. */
  readonly prompts: readonly ResolvedPrompt[]
}

/**
 * The seeds and texts of a run.
 * @param written the workflow as it is saved, subgraphs written out
 * @param ran the same, as it ran
 */
export function pinsOf(written: Workflow, ran: Workflow, definitions: Definitions): Pins {
  const now = new Map(ran.nodes.map((node) => [node.id, node]))
  const seeds: ResolvedSeed[] = []
  const prompts: ResolvedPrompt[] = []
  for (const node of written.nodes) {
    for (const { name: input, seed, dynamicPrompt } of definitions.get(node.type)?.inputs ?? []) {
      const [before, value] = [literalAt(node, input), literalAt(now.get(node.id), input)]
      if (seed && typeof value === 'number') seeds.push({ node: node.id, input, value })
      const varies = dynamicPrompt && typeof before === 'string' && isDynamic(before)
      if (varies && typeof value === 'string') prompts.push({ node: node.id, input, text: value })
    }
  }
  return { seeds, prompts }
}

/** A workflow without subgraphs, with seeds and texts as they were. A link that stands in the place of one stays. */
export function pinned(workflow: Workflow, { seeds, prompts }: Pins): Workflow {
  const values = new Map<string, Map<string, Json>>()
  const pin = (node: string, input: string, value: Json) => values.set(node, (values.get(node) ?? new Map<string, Json>()).set(input, value))
  for (const { node, input, value } of seeds) pin(node, input, value)
  for (const { node, input, text } of prompts) pin(node, input, text)
  return { ...workflow, nodes: workflow.nodes.map((node) => withValues(node, values.get(node.id))) }
}

function withValues(node: WorkflowNode, values: ReadonlyMap<string, Json> | undefined): WorkflowNode {
  if (values === undefined) return node
  const { inputs = {} } = node
  const isLinked = (name: string) => Object.hasOwn(inputs, name) && isLink(inputs[name]!)
  const fitting = [...values].filter(([name]) => !isLinked(name)).map(([name, value]) => [name, inputOf(value)] as const)
  return { ...node, inputs: { ...inputs, ...Object.fromEntries(fitting) } }
}

function literalAt(node: WorkflowNode | undefined, name: string): Json | undefined {
  const value = node?.inputs && Object.hasOwn(node.inputs, name) ? node.inputs[name] : undefined
  return value === undefined || isLink(value) ? undefined : literalOf(value)
}
