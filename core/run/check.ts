import type { Registry } from '../plugins/registry.ts'
import type { Definitions } from '../types/definition.ts'
import { literalProblem } from '../types/literal.ts'
import { tryFlatten, type NodeOrigin } from '../workflow/flatten.ts'
import { ancestorsOf, graphOf, topologicalOrder, type Graph } from '../workflow/graph.ts'
import { findFaults, type DroppedOutput } from '../workflow/faults.ts'
import { applyModes } from '../workflow/modes.ts'
import type { NodeRef, Problem } from '../workflow/problem.ts'
import { withSubgraphDefinitions } from '../workflow/subgraphs.ts'
import { askedNodes, missingTargets, outputNodes, relevantProblems } from '../workflow/targets.ts'
import { validateWorkflow } from '../workflow/validate.ts'
import type { Workflow } from '../workflow/workflow.ts'
import { constantsOf, type Constants } from './constants.ts'
import { countItems, tooManyItems, type MappedNode } from './count-items.ts'
import { findFacts, type KnownFacts } from './facts.ts'
import { askValidateHooks, resolveChoices, type ChoiceHost, type HookHost, type SocketOf } from './hooks.ts'
import { DEFAULT_LIMITS, type Limits } from './limits.ts'
import { prepareNode, type PlannedNode } from './planned-node.ts'

/** A workflow that may run: what it needs, prepared, each node after those it depends on. */
export interface CheckedWorkflow {
  readonly registry: Registry
  /** Of all node types, computed choices looked up for those in the workflow. */
  readonly definitions: Definitions
  /** The nodes of the file with subgraphs written out, without muted and bypassed ones. */
  readonly graph: Graph
  /** What the sound targets need. */
  readonly nodes: readonly PlannedNode[]
  /** Ids of the nodes that were asked for and are sound. */
  readonly targets: readonly string[]
  /** The nodes that were asked for and can't be made, each with why. */
  readonly dropped: readonly DroppedOutput[]
  readonly socketOf: SocketOf
  /** The node that the person sees: for a node inside a subgraph, the one at the top. */
  shownRef(path: string): NodeRef
  /** What is wrong with each node, needed or not. */
  readonly faults: ReadonlyMap<string, readonly Problem[]>
  readonly constants: Constants
  /** What is known of outputs before anything runs. */
  readonly facts: KnownFacts
  /** Nodes that run for each item of a list. */
  readonly mapped: readonly MappedNode[]
  /** What is wrong with it. Unless this is empty, only the sound targets are to be run. */
  readonly problems: readonly Problem[]
  /** Whether nothing of it is to be run: the file as a whole is wrong, or every target is. */
  readonly isRefused: boolean
}

/**
 * Checks a workflow as a run would: structure, computed choices and hooks, everything at once.
 * Only what the targets need counts; without targets, what the output nodes need.
 *
 * 1. Write out subgraphs, take out what is muted or bypassed; look up computed choices, so that a file that is not
 *    there is found.
 * 2. Check the structure; keep the problems of needed nodes.
 * 3. Compute constants, count items, and ask the hooks of the needed nodes whose structure is sound; carry what is
 *    known of values along the links.
 * 4. Tell which targets can be made all the same.
 */
export async function checkWorkflow(
  workflow: Workflow,
  registry: Registry,
  host: ChoiceHost,
  targets?: readonly string[],
  limits: Limits = DEFAULT_LIMITS,
): Promise<CheckedWorkflow> {
  const all = withSubgraphDefinitions(workflow, registry.definitions)
  const flat = tryFlatten(workflow, { definitions: all })
  const definitions = withChoicesOf(all, await resolveChoices(registry, host, typesIn(flat.workflow, registry)))
  const active = applyModes(flat.workflow, definitions)
  const graph = graphOf(active.workflow)
  const shownRef = shownRefs(workflow, graph, flat.origins)

  const asked = targets ? askedNodes(targets, graph, flat.origins) : outputNodes(active.workflow, graph, definitions)
  const missing = missingTargets(workflow, active, targets, graph, flat.origins)
  const needed = ancestorsOf(graph, asked)
  const found = validateWorkflow(workflow, definitions)
  const structure = [...missing, ...relevantProblems(found, needed, graph, targets)]

  const sound = soundNodes(graph, needed, found, registry)
  const nodes = sound.map((id) => prepareNode(graph.get(id)!, graph, registry, shownRef(id)))
  const constants = constantsOf(nodes)
  const mapped = countItems(nodes, constants)
  const socketOf: SocketOf = (path, output) =>
    definitions.get(graph.get(path)!.ref.type)!.outputs.find(({ name }) => name === output)!.socket
  const byPath = new Map(nodes.map((node) => [node.path, node]))
  const hooks: HookHost = { ...host, socketOf, constants }
  const misfits = nodes.flatMap((node) => constantProblems(node, constants))
  const misfitting = new Set(misfits.map(({ node }) => node?.id))
  // Of a number out of its range nothing follows: one mistake is told once.
  const fitting = misfits.length === 0 ? nodes : nodes.filter(({ path }) => !misfitting.has(path))
  const [complaints, known] = await Promise.all([askValidateHooks(nodes, hooks), findFacts(fitting, hooks)])
  const problems = [
    ...structure,
    ...misfits,
    ...tooManyItems(mapped, byPath, limits),
    ...complaints,
    ...known.problems,
  ]
  const { good, dropped, isRefused, faults } = findFaults(graph, asked, problems, found)
  const kept = good.length === asked.length ? needed : ancestorsOf(graph, good)
  return {
    registry, definitions, graph, targets: good, dropped, socketOf, shownRef, faults, constants, problems, isRefused,
    facts: known.facts,
    nodes: good.length === asked.length ? nodes : nodes.filter(({ path }) => kept.has(path)),
    mapped: mapped.filter(({ node }) => kept.has(node)),
  }
}

/** Some definitions in the place of others; the same map where they are the same. */
function withChoicesOf(all: Definitions, resolved: Definitions): Definitions {
  const isSame = [...resolved].every(([type, definition]) => all.get(type) === definition)
  return isSame ? all : new Map([...all, ...resolved])
}

function typesIn(workflow: Workflow, registry: Registry): Set<string> {
  return new Set(workflow.nodes.map(({ type }) => type).filter((type) => registry.nodes.has(type)))
}

function shownRefs(workflow: Workflow, graph: Graph, origins: ReadonlyMap<string, NodeOrigin>) {
  const top = origins.size === 0 ? undefined : graphOf(workflow)
  return (path: string): NodeRef => {
    const origin = origins.get(path)
    return (origin && top?.get(origin.shown)?.ref) ?? graph.get(path)!.ref
  }
}

/** Needed nodes, in order, that have no problem of their own and read from types that there are. */
function soundNodes(graph: Graph, needed: ReadonlySet<string>, problems: readonly Problem[], registry: Registry) {
  const faulty = new Set(problems.map(({ node }) => node?.id))
  const isKnown = (id: string) => registry.nodes.has(graph.get(id)?.ref.type ?? '')
  return topologicalOrder(graph, needed.size === graph.size ? undefined : needed).filter(
    (id) => !faulty.has(id) && isKnown(id) && graph.get(id)!.links.every(({ from }) => isKnown(from)),
  )
}

/** What is wrong with constants that come through links, as if they stood where they arrive. */
function constantProblems({ ref, inputs }: PlannedNode, constants: Constants): Problem[] {
  if (constants.size === 0) return []
  return inputs.flatMap((input) => {
    const value = input.kind === 'link' ? constants.get(input.from)?.get(input.output) : undefined
    const isScalar = typeof value === 'number' || typeof value === 'string'
    const wrong = isScalar && input.kind === 'link' ? literalProblem(input.definition, value) : undefined
    return wrong ? [{ ...wrong, node: ref, input: input.slot }] : []
  })
}
