import { graphOf, topologicalOrder } from './graph.ts'
import { jsonKey } from './json-equal.ts'
import { isLink, SUBGRAPH_INPUTS, type InputValue, type WorkflowNode } from './workflow.ts'

/**
 * Which nodes of one version of a graph are which of another: new ids by old ones.
 *
 * 1. Nodes with one id are the same node.
 * 2. Give each other node a key out of its type, title, mode and inputs, links by the keys of what they come from; so
 *    a chain whose ids were all changed is found whole.
 * 3. Nodes with one key are the same; of several that are alike, the first is the first.
 */
export function matchNodes(before: readonly WorkflowNode[], after: readonly WorkflowNode[]): Map<string, string> {
  const afterIds = new Set(after.map(({ id }) => id))
  const kept = new Set(before.map(({ id }) => id).filter((id) => afterIds.has(id)))
  const matches = new Map([...kept].map((id) => [id, id]))
  if (kept.size === before.length || kept.size === after.length) return matches

  const numbers = new Map<string, number>()
  const added = new Map<number, string[]>()
  for (const [id, key] of keysOf(after, kept, numbers)) {
    if (!kept.has(id)) added.set(key, [...(added.get(key) ?? []), id])
  }
  for (const [id, key] of keysOf(before, kept, numbers)) {
    const same = kept.has(id) ? undefined : added.get(key)?.shift()
    if (same !== undefined) matches.set(id, same)
  }
  return matches
}

/** A key for each node, equal keys as equal numbers; nodes on a cycle, and those behind one, have none. */
function keysOf(
  nodes: readonly WorkflowNode[],
  kept: ReadonlySet<string>,
  numbers: Map<string, number>,
): Map<string, number> {
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const graph = graphOf({ version: 1, nodes })
  const keys = new Map<string, number>()
  for (const id of topologicalOrder(graph)) {
    const text = kept.has(id) ? jsonKey(id) : likeness(byId.get(id)!, keys)
    const key = numbers.get(text) ?? numbers.size
    numbers.set(text, key)
    keys.set(id, key)
  }
  return keys
}

/** What makes a node that node, apart from its id. */
function likeness({ type, title, mode, inputs = {} }: WorkflowNode, keys: ReadonlyMap<string, number>): string {
  const source = (value: InputValue) => {
    if (!isLink(value)) return [value]
    return { from: value.from === SUBGRAPH_INPUTS ? value.from : keys.get(value.from), output: value.output }
  }
  const sources = Object.entries(inputs).map(([name, value]) => [name, source(value)])
  return jsonKey([type, title, mode, Object.fromEntries(sources)])
}
