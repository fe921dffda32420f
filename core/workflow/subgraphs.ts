import type { Definitions, InputDefinition, NodeDefinition, OutputDefinition } from '../types/definition.ts'
import { ANY } from '../types/socket.ts'
import { variadicSlots } from '../types/variadic.ts'
import { findCycles } from './cycles.ts'
import { topologicalOrder, type Graph, type NamedLink } from './graph.ts'
import type { Problem } from './problem.ts'
import { isLink, SUBGRAPH_INPUTS, subgraphIdOf, subgraphType, type Link } from './workflow.ts'
import type { Subgraph, SubgraphOutput, Workflow, WorkflowNode } from './workflow.ts'

/** How large subgraphs may be when they are written out. */
export interface SubgraphLimits {
  /** Subgraphs within one another. */
  readonly depth: number
  /** Nodes in all. */
  readonly nodes: number
}

/** What any workflow is held to: far above what people draw, far below what would stop the process. */
export const SUBGRAPH_LIMITS: SubgraphLimits = { depth: 64, nodes: 200_000 }

/** The subgraphs of a workflow by id. Of two with one id the first counts; validation reports the second. */
export type Subgraphs = ReadonlyMap<string, Subgraph>

/** Reads the subgraphs out of a workflow. */
export function subgraphsOf({ subgraphs = [] }: Workflow): Subgraphs {
  const found = new Map<string, Subgraph>()
  for (const subgraph of subgraphs) if (!found.has(subgraph.id)) found.set(subgraph.id, subgraph)
  return found
}

/** The subgraph that a node stands for, or `undefined` for a node of its own kind. */
export function subgraphOf(node: WorkflowNode, subgraphs: Subgraphs): Subgraph | undefined {
  const id = subgraphIdOf(node.type)
  return id === undefined ? undefined : subgraphs.get(id)
}

/** The output of a subgraph that a link means: by name, or by its index. */
export function subgraphOutput({ outputs }: Subgraph, output: string | number): SubgraphOutput | undefined {
  return typeof output === 'number' ? outputs[output] : outputs.find(({ name }) => name === output)
}

/**
 * What forbids writing subgraphs out: one that holds itself, at any distance, and sizes past the limits. Counts each
 * definition once, so a diamond 40 levels deep takes no time to refuse.
 */
export function subgraphSizeProblems(workflow: Workflow, limits: SubgraphLimits = SUBGRAPH_LIMITS): Problem[] {
  const subgraphs = subgraphsOf(workflow)
  const uses = useGraph(subgraphs)
  const cycles = findCycles(uses)
  if (cycles.length > 0) return cycles.map((cycle) => recursionProblem(cycle, subgraphs))
  const sizes = new Map<string, Size>()
  for (const id of topologicalOrder(uses)) sizes.set(id, sizeOf(subgraphs.get(id)!.nodes, sizes))
  return limitProblems(sizeOf(workflow.nodes, sizes), limits)
}

interface Size {
  readonly depth: number
  readonly nodes: number
}

/** Which subgraph holds which others, as a graph: what is held comes before what holds it. */
function useGraph(subgraphs: Subgraphs): Graph {
  const entries = [...subgraphs.values()].map(({ id, name, nodes }) => {
    const used = new Set(nodes.map(({ type }) => subgraphIdOf(type)).filter((one) => one !== undefined))
    const known = [...used].filter((one) => subgraphs.has(one))
    const links: NamedLink[] = known.map((from) => ({ from, input: '', output: 0 }))
    return [id, { ref: { id, type: subgraphType(id), title: name }, inputs: new Map(), links }] as const
  })
  return new Map(entries)
}

function sizeOf(nodes: readonly WorkflowNode[], sizes: ReadonlyMap<string, Size>): Size {
  let depth = 0
  let count = 0
  for (const { type } of nodes) {
    const inside = sizes.get(subgraphIdOf(type) ?? '')
    count += inside === undefined || subgraphIdOf(type) === undefined ? 1 : inside.nodes
    if (inside !== undefined && subgraphIdOf(type) !== undefined) depth = Math.max(depth, inside.depth + 1)
  }
  return { depth, nodes: count }
}

function recursionProblem(cycle: readonly string[], subgraphs: Subgraphs): Problem {
  const id = cycle[0]!
  // The ids run from what is held to what holds it; people read it the other way round.
  const path = [...cycle].reverse()
  return {
    code: 'subgraph_recursion',
    node: { id, type: subgraphType(id), title: subgraphs.get(id)!.name },
    problem: `the subgraph holds itself: ${path.join(' → ')}`,
    remedy: 'Remove one of these nodes; a loop is made with Repeat, ForEach or While.',
    cycle: path,
  }
}

function limitProblems({ depth, nodes }: Size, limits: SubgraphLimits): Problem[] {
  const problems: Problem[] = []
  if (depth > limits.depth) {
    const problem = `expected at most ${limits.depth} subgraphs within one another, got ${depth}`
    problems.push({ code: 'workflow_too_large', problem, remedy: 'Unpack some of them.' })
  }
  if (nodes > limits.nodes) {
    const problem = `expected at most ${limits.nodes} nodes with all subgraphs written out, got ${nodes}`
    problems.push({ code: 'workflow_too_large', problem, remedy: 'Use the subgraphs less often within one another.' })
  }
  return problems
}

/**
 * The node definitions with those of the workflow's subgraphs: what a node `subgraph:<id>` takes and gives, as far as
 * its inside tells. For validation, forms and the editor. A subgraph that holds itself has none.
 */
export function withSubgraphDefinitions(workflow: Workflow, definitions: Definitions): Definitions {
  if (workflow.subgraphs === undefined || workflow.subgraphs.length === 0) return definitions
  const subgraphs = subgraphsOf(workflow)
  const all = new Map(definitions)
  for (const id of topologicalOrder(useGraph(subgraphs))) {
    all.set(subgraphType(id), describeSubgraph(subgraphs.get(id)!, all))
  }
  return all
}

function describeSubgraph(subgraph: Subgraph, definitions: Definitions): NodeDefinition {
  const { id, name, description, nodes } = subgraph
  const inside = new Map(nodes.map((node) => [node.id, definitions.get(node.type)]))
  const inputs = describeInputs(subgraph, inside)
  const socketOf = ({ from, output }: Link) => {
    if (from === SUBGRAPH_INPUTS) return inputs.find((input) => input.name === output)?.socket
    const outputs = inside.get(from)?.outputs
    return (typeof output === 'number' ? outputs?.[output] : outputs?.find((one) => one.name === output))?.socket
  }
  return {
    type: subgraphType(id),
    version: 1,
    title: name,
    category: 'subgraphs',
    ...(description !== undefined && { summary: description }),
    resource: 'cpu',
    output: [...inside.values()].some((definition) => definition?.output),
    idempotent: true,
    inputs,
    outputs: subgraph.outputs.map((one): OutputDefinition => ({ name: one.name, socket: socketOf(one) ?? ANY })),
    hooks: { validate: false, fingerprint: false },
  }
}

/**
 * Each input as the first one behind it is described: the first node of the list, and of its inputs the first by its
 * definition, however the file orders the two. It must be given when one behind it must.
 */
function describeInputs(
  subgraph: Subgraph,
  inside: ReadonlyMap<string, NodeDefinition | undefined>,
): InputDefinition[] {
  const behind = new Map<string, InputDefinition[]>(subgraph.inputs.map(({ name }) => [name, []]))
  for (const { id, inputs: given = {} } of subgraph.nodes) {
    for (const { variadic, ...input } of inside.get(id)?.inputs ?? []) {
      for (const slot of variadic ? variadicSlots(input.name, Object.keys(given)) : [input.name]) {
        const value = Object.hasOwn(given, slot) ? given[slot] : undefined
        if (value === undefined || !isLink(value) || value.from !== SUBGRAPH_INPUTS) continue
        if (typeof value.output === 'string') behind.get(value.output)?.push(input)
      }
    }
  }
  return subgraph.inputs.map(({ name, type }) => {
    const inputs = behind.get(name) ?? []
    const required = inputs.some((input) => input.required)
    const secret = inputs.some((input) => input.secret) && { secret: true }
    return { ...inputs[0], name, socket: type ?? inputs[0]?.socket ?? ANY, required, ...secret }
  })
}
