import type { Registry } from '../plugins/registry.ts'
import type { Definitions } from '../types/definition.ts'
import { ancestorsOf, graphOf, topologicalOrder, type Graph } from '../workflow/graph.ts'
import type { Problem } from '../workflow/problem.ts'
import { didYouMean } from '../workflow/suggest.ts'
import { validateWorkflow } from '../workflow/validate.ts'
import type { Workflow } from '../workflow/workflow.ts'
import { askValidateHooks, resolveChoices, type HookHost, type SocketOf } from './hooks.ts'
import { prepareNode, type PlannedNode } from './planned-node.ts'

/** A workflow that may run: what it needs, prepared, each node after those it depends on. */
export interface CheckedWorkflow {
  readonly graph: Graph
  readonly nodes: readonly PlannedNode[]
  /** Ids of the nodes that were asked for. */
  readonly targets: readonly string[]
  readonly socketOf: SocketOf
  /** What is wrong with it. Unless this is empty, the rest is not to be run. */
  readonly problems: readonly Problem[]
}

/**
 * Checks a workflow as a run would: structure, computed choices and hooks, everything at once.
 * Only what the targets need counts; without targets, what the output nodes need.
 *
 * 1. Look up computed choices, so that a file that is not there is found.
 * 2. Check the structure; keep the problems of needed nodes.
 * 3. Ask the hooks of the needed nodes whose structure is sound.
 */
export async function checkWorkflow(
  workflow: Workflow,
  registry: Registry,
  host: HookHost,
  targets?: readonly string[],
): Promise<CheckedWorkflow> {
  const graph = graphOf(workflow)
  const definitions = await resolveChoices(registry, host, typesIn(workflow, registry))
  const asked = targets ?? outputNodes(graph, definitions)
  const needed = ancestorsOf(graph, asked)
  const structure = relevantProblems(workflow, registry.definitions, definitions, needed, targets)

  const faulty = new Set(structure.map(({ node }) => node?.id))
  const sound = topologicalOrder(graph, needed).filter((id) => !faulty.has(id))
  const nodes = sound.map((id) => prepareNode(graph.get(id)!, graph, registry))
  const nodeAt = (path: string) => registry.nodes.get(graph.get(path)!.ref.type)!.node
  const socketOf: SocketOf = (path, output) => nodeAt(path).outputs[output]!.type.socket
  const complaints = await askValidateHooks(nodes, socketOf, host)
  return { graph, nodes, targets: asked, socketOf, problems: [...structure, ...complaints] }
}

function typesIn(workflow: Workflow, registry: Registry): string[] {
  return workflow.nodes.map(({ type }) => type).filter((type) => registry.nodes.has(type))
}

function outputNodes(graph: Graph, definitions: Definitions): string[] {
  return [...graph.values()].filter(({ ref }) => definitions.get(ref.type)?.output).map(({ ref }) => ref.id)
}

/** Problems of the file as a whole and of nodes that are needed. Those of others are for editors, not for a run. */
function relevantProblems(
  workflow: Workflow,
  all: Definitions,
  resolved: Definitions,
  needed: ReadonlySet<string>,
  targets: readonly string[] | undefined,
): Problem[] {
  const definitions = new Map([...all, ...resolved])
  const problems = validateWorkflow(workflow, definitions)
  const relevant = problems.filter(({ code, node }) => {
    if (code === 'prompt_no_outputs') return targets === undefined
    return node === undefined || needed.has(node.id) || code === 'duplicate_node_id'
  })
  return [...missingTargets(workflow, targets), ...relevant]
}

function missingTargets(workflow: Workflow, targets: readonly string[] | undefined): Problem[] {
  if (targets === undefined) return []
  if (targets.length === 0) {
    const problem = 'the run is asked for no node at all'
    return [{ code: 'prompt_no_outputs', problem, remedy: 'Name at least one node, or none to run all outputs.' }]
  }
  const ids = new Set(workflow.nodes.map(({ id }) => id))
  const missing = targets.filter((target) => !ids.has(target))
  return missing.map((target) => ({
    code: 'unknown_node',
    problem: `the run is asked for node "${target}", which the workflow does not have`,
    remedy: didYouMean(target, ids) ?? 'Ask for a node that there is.',
  }))
}
