import type { NodeRef } from './problem.ts'
import { isLink, type InputValue, type Link, type Workflow, type WorkflowNode } from './workflow.ts'

/** One node of a graph, its inputs in a Map because their names come from outside. */
export interface GraphNode {
  readonly ref: NodeRef
  /** The version of its type that it says it was written for. */
  readonly version?: number
  readonly inputs: ReadonlyMap<string, InputValue>
  readonly links: readonly NamedLink[]
}

/** A link with the input it goes into. */
export interface NamedLink extends Link {
  readonly input: string
}

/** The nodes of a workflow by id, in the order of the file. Knows nothing of execution. */
export type Graph = ReadonlyMap<string, GraphNode>

/** Graphs of workflows, which don't change: checking, planning and running ask for the same one. */
const graphs = new WeakMap<Workflow, Graph>()

/** Reads the graph out of a workflow. Of two nodes with one id the first counts; validation reports the second. */
export function graphOf(workflow: Workflow): Graph {
  const known = graphs.get(workflow)
  if (known) return known
  const graph = new Map<string, GraphNode>()
  for (const node of workflow.nodes) {
    if (!graph.has(node.id)) graph.set(node.id, graphNode(node))
  }
  graphs.set(workflow, graph)
  return graph
}

/** What a message says of a node. */
export function refOf({ id, type, title }: WorkflowNode): NodeRef {
  return title === undefined ? { id, type } : { id, type, title }
}

function graphNode(node: WorkflowNode): GraphNode {
  const inputs = new Map(Object.entries(node.inputs ?? {}))
  const links: NamedLink[] = []
  for (const [input, value] of inputs) {
    if (isLink(value)) links.push({ input, from: value.from, output: value.output })
  }
  return { ref: refOf(node), ...(node.version !== undefined && { version: node.version }), inputs, links }
}

/**
 * All nodes that some nodes depend on, themselves included. Links to nodes that don't exist are passed over.
 * Walks a list instead of calling itself: a chain may be 10,000 long.
 */
export function ancestorsOf(graph: Graph, ids: Iterable<string>): Set<string> {
  const found = new Set<string>()
  const open = [...ids]
  while (open.length > 0) {
    const id = open.pop()!
    const node = graph.get(id)
    if (node === undefined || found.has(id)) continue
    found.add(id)
    for (const link of node.links) open.push(link.from)
  }
  return found
}

/**
 * The nodes of a graph so that each comes after all it depends on; otherwise in the order of the file.
 * Nodes on a cycle, and those behind one, are left out.
 */
export function topologicalOrder(graph: Graph, among?: { has(id: string): boolean }): readonly string[] {
  if (among) return orderAmong(graph, among)
  const known = orders.get(graph)
  if (known) return known
  const order = orderAmong(graph, graph)
  orders.set(graph, order)
  return order
}

/** The orders of whole graphs, which don't change either. */
const orders = new WeakMap<Graph, readonly string[]>()

function orderAmong(graph: Graph, among: { has(id: string): boolean }): readonly string[] {
  const consumers = new Map<string, string[]>()
  const waiting = new Map<string, number>()
  const order: string[] = []
  for (const [id, { links }] of graph) {
    if (!among.has(id)) continue
    const sources = distinctSources(links, among)
    for (const from of sources) pushTo(consumers, from, id)
    if (sources.length === 0) order.push(id)
    else waiting.set(id, sources.length)
  }
  for (let next = 0; next < order.length; next++) {
    for (const id of consumers.get(order[next]!) ?? []) {
      const left = waiting.get(id)! - 1
      waiting.set(id, left)
      if (left === 0) order.push(id)
    }
  }
  return order
}

/** The nodes that some links come from, each once; most nodes have one link, or two. */
function distinctSources(links: readonly NamedLink[], among: { has(id: string): boolean }): string[] {
  const sources: string[] = []
  const seen = links.length > 8 ? new Set<string>() : undefined
  for (const { from } of links) {
    if ((seen ? seen.has(from) : sources.includes(from)) || !among.has(from)) continue
    seen?.add(from)
    sources.push(from)
  }
  return sources
}

function pushTo(lists: Map<string, string[]>, key: string, item: string): void {
  const list = lists.get(key)
  if (list) list.push(item)
  else lists.set(key, [item])
}
