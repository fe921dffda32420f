/** What a run is asked for: which nodes that means, and which problems of a workflow count for it. */
import type { Definitions } from '../types/definition.ts'
import type { NodeOrigin } from './flatten.ts'
import type { Graph, GraphNode } from './graph.ts'
import type { ActiveWorkflow } from './modes.ts'
import type { Problem } from './problem.ts'
import { didYouMean } from './suggest.ts'
import type { Workflow } from './workflow.ts'

/**
 * The output nodes, and the nodes whose outputs the workflow names. Of a type that is missing nobody knows whether it is
 * one: a node of it counts when nothing reads from it, so that it is not left out without a word.
 */
export function outputNodes({ outputs = [] }: Workflow, graph: Graph, definitions: Definitions): string[] {
  const all = [...graph.values()]
  const isKnown = all.every(({ ref }) => definitions.has(ref.type))
  const read = new Set(isKnown ? [] : all.flatMap(({ links }) => links.map(({ from }) => from)))
  const isOutput = ({ ref }: GraphNode) => definitions.get(ref.type)?.output ?? !read.has(ref.id)
  const nodes = all.filter(isOutput).map(({ ref }) => ref.id)
  const exposed = outputs.map(({ node }) => node).filter((node) => graph.has(node))
  return exposed.length === 0 ? nodes : [...new Set([...nodes, ...exposed])]
}

/** The nodes that targets mean: a subgraph, also one inside another (`outer/inner`), means all nodes in it. */
export function askedNodes(targets: readonly string[], graph: Graph, origins: ReadonlyMap<string, NodeOrigin>): string[] {
  const asked = targets.flatMap((target) => {
    if (graph.has(target)) return [target]
    const inside = `${target}/`
    const isInside = (path: string, { shown }: NodeOrigin) => (shown === target || path.startsWith(inside)) && graph.has(path)
    return [...origins].filter(([path, origin]) => isInside(path, origin)).map(([path]) => path)
  })
  return [...new Set(asked)]
}

/** Problems of the file as a whole and of nodes that are needed. Those of others are for editors, not for a run. */
export function relevantProblems(
  problems: readonly Problem[],
  needed: ReadonlySet<string>,
  graph: Graph,
  targets: readonly string[] | undefined,
): Problem[] {
  return problems.filter(({ code, node }) => {
    if (code === 'prompt_no_outputs') return targets === undefined
    return node === undefined || needed.has(node.id) || !graph.has(node.id) || code === 'duplicate_node_id'
  })
}

/** What is wrong with the targets themselves: there are none, they are not there, or they are silenced. */
export function missingTargets(
  workflow: Workflow,
  { silenced }: ActiveWorkflow,
  targets: readonly string[] | undefined,
  graph: Graph,
  origins: ReadonlyMap<string, NodeOrigin>,
): Problem[] {
  if (targets === undefined) return []
  if (targets.length === 0) {
    const problem = 'the run is asked for no node at all'
    return [{ code: 'prompt_no_outputs', problem, remedy: 'Name at least one node, or none to run all outputs.' }]
  }
  const ids = new Set(workflow.nodes.map(({ id }) => id))
  return targets.flatMap((target): Problem[] => {
    const mode = silenced.get(target)
    if (mode !== undefined) {
      const problem = `the run is asked for node "${target}", which is ${mode === 'mute' ? 'muted' : 'bypassed'}`
      return [{ code: 'unknown_node', problem, remedy: 'Ask for another node, or make this one active again.' }]
    }
    if (ids.has(target) || askedNodes([target], graph, origins).length > 0) return []
    const problem = `the run is asked for node "${target}", which the workflow does not have`
    return [{ code: 'unknown_node', problem, remedy: didYouMean(target, ids) ?? 'Ask for a node that there is.' }]
  })
}
