import type { Definitions } from '../types/definition.ts'
import { flattenSubgraphs } from '../workflow/flatten.ts'
import { withSubgraphDefinitions } from '../workflow/subgraphs.ts'
import { isLink, type InputValue, type Workflow, type WorkflowNode } from '../workflow/workflow.ts'

/**
 * The workflow with its subgraphs laid open, and what is inside called as ComfyUI calls it: `outer:inner`.
 * @throws WorkflowError for a subgraph in terms of itself, or too many nodes
 */
export function flattenForApi(workflow: Workflow, definitions: Definitions): Workflow {
  const flat = flattenSubgraphs(workflow, { definitions: withSubgraphDefinitions(workflow, definitions) })
  if (flat.origins.size === 0) return flat.workflow
  const taken = new Set(flat.workflow.nodes.map(({ id }) => id))
  const names = new Map<string, string>()
  for (const path of flat.origins.keys()) {
    const name = path.replaceAll('/', ':')
    if (taken.has(name)) continue
    taken.add(name)
    names.set(path, name)
  }
  return { ...flat.workflow, nodes: flat.workflow.nodes.map((node) => renamed(node, names)) }
}

function renamed(node: WorkflowNode, names: ReadonlyMap<string, string>): WorkflowNode {
  const inputs = Object.entries(node.inputs ?? {}).map(([name, value]): [string, InputValue] => {
    const from = isLink(value) ? names.get(value.from) : undefined
    return [name, from !== undefined && isLink(value) ? { ...value, from } : value]
  })
  return { ...node, id: names.get(node.id) ?? node.id, ...(node.inputs && { inputs: Object.fromEntries(inputs) }) }
}
