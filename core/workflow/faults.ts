import { ancestorsOf, topologicalOrder, type Graph } from './graph.ts'
import type { Problem } from './problem.ts'

/** An output that was asked for and can't be made. */
export interface DroppedOutput {
  /** The node that was asked for. */
  readonly node: string
  /** What is wrong with it, or with a node that it needs. */
  readonly reasons: readonly Problem[]
}

/** Which of the nodes that were asked for can be made. */
export interface Faults {
  readonly good: readonly string[]
  readonly dropped: readonly DroppedOutput[]
  /** Whether nothing can be run. */
  readonly isRefused: boolean
  readonly faults: ReadonlyMap<string, readonly Problem[]>
}

/**
 * Tells which targets are sound although something else is not. A problem of the file as a whole refuses all of it.
 * @param problems those that count for this run
 * @param all those of nodes that nothing needs, too
 */
export function findFaults(
  graph: Graph,
  targets: readonly string[],
  problems: readonly Problem[],
  all: readonly Problem[],
): Faults {
  const faults = new Map<string, Problem[]>()
  for (const problem of new Set([...problems, ...all])) {
    const id = problem.node?.id
    if (id !== undefined) faults.set(id, [...(faults.get(id) ?? []), problem])
  }
  if (problems.length === 0) return { good: targets, dropped: [], isRefused: false, faults }
  const reasons = spread(graph, targets, faults)
  const good = targets.filter((target) => !reasons.has(target))
  const dropped = targets.filter((target) => reasons.has(target)).map((node) => ({ node, reasons: reasons.get(node)! }))
  const isOfWhole = ({ code, node }: Problem) => code === 'duplicate_node_id' || node === undefined || !graph.has(node.id)
  const isWhole = problems.some(isOfWhole)
  return { good, dropped, isRefused: isWhole || good.length === 0, faults }
}

/** For each faulty node and all that depend on one: the problems of the first such node. */
function spread(graph: Graph, targets: readonly string[], faults: ReadonlyMap<string, readonly Problem[]>) {
  const reasons = new Map<string, readonly Problem[]>()
  const needed = ancestorsOf(graph, targets)
  const order = topologicalOrder(graph, needed)
  for (const id of order) {
    const own = faults.get(id) ?? graph.get(id)!.links.map(({ from }) => reasons.get(from)).find((one) => one)
    if (own) reasons.set(id, own)
  }
  // What has no place in the order lies on a cycle or behind one.
  const ordered = new Set(order)
  const cycles = [...faults.values()].flat().filter(({ code }) => code === 'dependency_cycle')
  for (const id of needed) if (!ordered.has(id)) reasons.set(id, faults.get(id) ?? cycles)
  return reasons
}
