import { subgraphsOf } from '../../core/workflow/subgraphs.ts'
import { subgraphIdOf, type Workflow, type WorkflowNode } from '../../core/workflow/workflow.ts'
import { graphAt, withFields, withGraph } from './graph-at.ts'
import { mapLinks, mapSame } from './map-links.ts'
import { withoutLostParameters } from './parameters.ts'
import type { GraphPath } from './scene.ts'
import { withoutOutput } from './subgraph-sockets.ts'

/**
 * Removes nodes, with the links to them, the names that the workflow gives to what they have, outputs of the subgraph that
 * they gave, and subgraphs that nothing stands for any more. Nodes that are not there are passed over.
 */
export function remove(workflow: Workflow, path: GraphPath, ids: readonly string[]): Workflow {
  const { nodes, subgraph } = graphAt(workflow, path)
  const gone = new Set(ids)
  const kept = nodes.filter(({ id }) => !gone.has(id))
  if (kept.length === nodes.length) return workflow
  const unlinked = mapSame(kept, (node) => mapLinks(node, (link) => (gone.has(link.from) ? undefined : link)))
  const less = withGraph(workflow, path, { nodes: unlinked })
  const open = subgraph
    ? subgraph.outputs.filter(({ from }) => gone.has(from)).reduce((now, { name }) => withoutOutput(now, subgraph.id, name), less)
    : withoutExposed(less, gone)
  return withoutLostParameters(withoutUnusedSubgraphs(open, workflow), workflow)
}

function withoutExposed(workflow: Workflow, gone: ReadonlySet<string>): Workflow {
  const { outputs } = workflow
  const kept = outputs?.filter(({ node }) => !gone.has(node))
  if (!outputs || kept!.length === outputs.length) return workflow
  return withFields(workflow, { outputs: kept!.length === 0 ? undefined : kept })
}

/**
 * The workflow without subgraphs that no node stands for, at any distance from the top.
 * @param before only those go that were stood for in this one; all when left out
 */
export function withoutUnusedSubgraphs(workflow: Workflow, before?: Workflow): Workflow {
  if (!workflow.subgraphs?.length) return workflow
  const used = usedSubgraphs(workflow)
  const had = before && usedSubgraphs(before)
  const kept = workflow.subgraphs.filter(({ id }) => used.has(id) || (had !== undefined && !had.has(id)))
  if (kept.length === workflow.subgraphs.length) return workflow
  return withFields(workflow, { subgraphs: kept.length === 0 ? undefined : kept })
}

function usedSubgraphs(workflow: Workflow): Set<string> {
  const subgraphs = subgraphsOf(workflow)
  const used = new Set<string>()
  const open: (readonly WorkflowNode[])[] = [workflow.nodes]
  for (const nodes of open) { // an array is walked with what is added
    for (const { type } of nodes) {
      const id = subgraphIdOf(type)
      const subgraph = id === undefined ? undefined : subgraphs.get(id)
      if (subgraph === undefined || used.has(subgraph.id)) continue
      used.add(subgraph.id)
      open.push(subgraph.nodes)
    }
  }
  return used
}
