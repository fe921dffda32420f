import { topologicalOrder, type Graph } from './graph.ts'

/** Cycles are reported at most this many at a time. */
const MAX_CYCLES = 10

/**
 * The cycles of a graph, each as the ids along its links with the first again at the end: `['a', 'b', 'a']` where a
 * gives to b and b to a. Every node is on at most one of them: a tangle is reported once, not for each way through it.
 *
 * 1. Put aside all nodes that an order exists for.
 * 2. From what is left, walk backwards along links that are left too, until a node comes a second time: a cycle.
 * 3. Put its nodes and those walked through aside; go on with the next.
 */
export function findCycles(graph: Graph): string[][] {
  const order = topologicalOrder(graph)
  if (order.length === graph.size) return []
  const ordered = new Set(order)
  const left = new Set([...graph.keys()].filter((id) => !ordered.has(id)))
  const cycles: string[][] = []
  for (const start of left) {
    if (cycles.length === MAX_CYCLES) break
    const { walked, cycle } = walkBack(graph, left, start)
    if (cycle) cycles.push(cycle)
    for (const id of walked) left.delete(id)
  }
  return cycles
}

/** Walks from a node to one it depends on, and so on, among those left, until one comes again or there is none. */
function walkBack(graph: Graph, left: ReadonlySet<string>, start: string) {
  const walked: string[] = []
  const place = new Map<string, number>()
  let id: string | undefined = start
  while (id !== undefined && !place.has(id)) {
    place.set(id, walked.length)
    walked.push(id)
    id = graph.get(id)!.links.find((link) => left.has(link.from))?.from
  }
  if (id === undefined) return { walked }
  // Walked against the links, so the way of the values is the reverse.
  const cycle = [...walked.slice(place.get(id)), id].reverse()
  return { walked, cycle }
}
