/** Subgraphs: made of nodes, laid open again, entered; their inputs and outputs. */
import { packSubgraph } from '../../core/workflow/pack.ts'
import { unpackSubgraph } from '../../core/workflow/unpack.ts'
import { subgraphOf, subgraphsOf } from '../../core/workflow/subgraphs.ts'
import { SUBGRAPH_INPUTS, type Workflow } from '../../core/workflow/workflow.ts'
import { withoutUnusedSubgraphs } from './edit-remove.ts'
import { graphAt, withGraph } from './graph-at.ts'
import { changePaths } from './parameters.ts'
import { SUBGRAPH_OUTPUTS, type GraphPath } from './scene.ts'
import { renameInput, renameOutput, withoutInput, withoutOutput } from './subgraph-sockets.ts'

export { withoutUnusedSubgraphs } from './edit-remove.ts'

/** Puts nodes into a subgraph of their own. @throws WorkflowError where that can't be */
export function packNodes(workflow: Workflow, path: GraphPath, ids: Iterable<string>, name?: string): { readonly workflow: Workflow; readonly node: string } {
  const chosen = new Set([...ids].filter((id) => id !== SUBGRAPH_INPUTS && id !== SUBGRAPH_OUTPUTS))
  const within = graphAt(workflow, path).subgraph?.id
  const packed = packSubgraph(workflow, { nodes: chosen, ...(within !== undefined && { within }), ...(name?.trim() && { name: name.trim() }) })
  // Of the workflow's own nodes, packing renames the parameters itself.
  const next = within === undefined ? packed.workflow : changePaths(packed.workflow, workflow, (steps) =>
    steps.flatMap(({ inside, id }) => (inside === within && chosen.has(id) ? [packed.node, id] : [id])))
  return { workflow: next, node: packed.node }
}

/** Puts what is inside of a node in its place; says which nodes those are. @throws WorkflowError where it stands for no subgraph */
export function unpackNode(workflow: Workflow, path: GraphPath, id: string): { readonly workflow: Workflow; readonly ids: readonly string[] } {
  const { nodes, subgraph: around } = graphAt(workflow, path)
  const place = nodes.findIndex((node) => node.id === id)
  const before = nodes[place] && subgraphOf(nodes[place], subgraphsOf(workflow))
  const open = unpackSubgraph(workflow, id, around?.id)
  const count = before?.nodes.length ?? 0
  const ids = (around ? subgraphsOf(open).get(around.id)!.nodes : open.nodes).slice(place, place + count).map((node) => node.id)
  if (!around || !before) return { workflow: withoutUnusedSubgraphs(open, workflow), ids }
  const now = new Map(before.nodes.map((node, index) => [node.id, ids[index]!]))
  const renamed = changePaths(open, workflow, (steps) => steps.flatMap((step, index) => {
    const last = steps[index - 1]
    if (last && last.inside === around.id && last.id === id) return [now.get(step.id) ?? step.id]
    return step.inside === around.id && step.id === id && index < steps.length - 1 ? [] : [step.id]
  }))
  return { workflow: withoutUnusedSubgraphs(renamed, workflow), ids }
}

/** The subgraph at a path under another name. */
export function renameSubgraph(workflow: Workflow, path: GraphPath, name: string): Workflow {
  return graphAt(workflow, path).subgraph && name.trim() !== '' ? withGraph(workflow, path, { subgraph: { name: name.trim() } }) : workflow
}

export type SubgraphSide = 'input' | 'output'

/** Takes an input or output of the subgraph at a path away, with all links to it, inside and outside. */
export function removeSocket(workflow: Workflow, path: GraphPath, side: SubgraphSide, name: string): Workflow {
  const { subgraph } = graphAt(workflow, path)
  if (!subgraph) return workflow
  return side === 'input' ? withoutInput(workflow, subgraph.id, name) : withoutOutput(workflow, subgraph.id, name)
}

/** Gives an input or output of the subgraph at a path another name, everywhere. @throws WorkflowError where it is taken */
export function renameSocket(workflow: Workflow, path: GraphPath, side: SubgraphSide, before: string, after: string): Workflow {
  const { subgraph } = graphAt(workflow, path)
  if (!subgraph) return workflow
  return side === 'input' ? renameInput(workflow, subgraph.id, before, after.trim()) : renameOutput(workflow, subgraph.id, before, after.trim())
}
