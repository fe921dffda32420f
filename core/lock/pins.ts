import type { Json } from '../types/json.ts'
import type { Definitions } from '../types/definition.ts'
import type { ResolvedPrompt } from '../run/resolve-inputs.ts'
import { escapePrompt } from '../workflow/dynamic-prompt.ts'
import type { ResolvedSeed } from '../workflow/seeds.ts'
import { withSubgraphDefinitions } from '../workflow/subgraphs.ts'
import { inputOf, isLink, subgraphType, type Workflow, type WorkflowNode } from '../workflow/workflow.ts'

/** What varies from run to run, as one run had it. */
export interface Pins {
  readonly seeds: readonly ResolvedSeed[]
  readonly prompts: readonly ResolvedPrompt[]
}

/** The values of all seed inputs that hold a number, inside subgraphs too. */
export function seedsIn(workflow: Workflow, types: Definitions): ResolvedSeed[] {
  const definitions = withSubgraphDefinitions(workflow, types)
  return drawingsOf(workflow).flatMap(({ nodes, prefix }) => nodes.flatMap(({ id, type, inputs = {} }) =>
    (definitions.get(type)?.inputs ?? []).flatMap(({ name, seed }): ResolvedSeed[] => {
      const value = seed && Object.hasOwn(inputs, name) ? inputs[name] : undefined
      return typeof value === 'number' ? [{ node: prefix + id, input: name, value }] : []
    })))
}

/** The workflow with seeds and texts as they were. A link that stands in the place of one stays. */
export function pinned(workflow: Workflow, { seeds, prompts }: Pins): Workflow {
  const values = new Map<string, Map<string, Json>>()
  const pin = (node: string, input: string, value: Json) => values.set(node, (values.get(node) ?? new Map<string, Json>()).set(input, value))
  for (const { node, input, value } of seeds) pin(node, input, value)
  for (const { node, input, text } of prompts) pin(node, input, escapePrompt(text))
  const inNodes = (nodes: readonly WorkflowNode[], prefix: string) => nodes.map((node) => withValues(node, values.get(prefix + node.id)))
  return {
    ...workflow,
    nodes: inNodes(workflow.nodes, ''),
    ...(workflow.subgraphs && { subgraphs: workflow.subgraphs.map((one) => ({ ...one, nodes: inNodes(one.nodes, `${subgraphType(one.id)}/`) })) }),
  }
}

function withValues(node: WorkflowNode, values: ReadonlyMap<string, Json> | undefined): WorkflowNode {
  if (values === undefined) return node
  const { inputs = {} } = node
  const isLinked = (name: string) => Object.hasOwn(inputs, name) && isLink(inputs[name]!)
  const fitting = [...values].filter(([name]) => !isLinked(name)).map(([name, value]) => [name, inputOf(value)] as const)
  return { ...node, inputs: { ...inputs, ...Object.fromEntries(fitting) } }
}

function drawingsOf({ nodes, subgraphs = [] }: Workflow): { readonly nodes: readonly WorkflowNode[]; readonly prefix: string }[] {
  return [{ nodes, prefix: '' }, ...subgraphs.map((one) => ({ nodes: one.nodes, prefix: `${subgraphType(one.id)}/` }))]
}
