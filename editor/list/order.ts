/** The order in which the list names nodes: what gives a value before what reads it, otherwise as in the file. */
import type { SceneNode } from '../graph/scene.ts'

type Node = Pick<SceneNode, 'id' | 'inputs'>

/** Of a loop, the node that stands first in the file comes first. */
export function executionOrder<N extends Node>(nodes: readonly N[]): readonly N[] {
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const done = new Set<string>()
  const order: N[] = []
  // An own stack: chains may be long.
  for (const first of nodes) {
    const open: { readonly node: N; isEntered: boolean }[] = [{ node: first, isEntered: false }]
    while (open.length > 0) {
      const top = open.at(-1)!
      if (top.isEntered || done.has(top.node.id)) {
        open.pop()
        if (top.isEntered) order.push(top.node)
        continue
      }
      top.isEntered = true
      done.add(top.node.id)
      for (const { link } of top.node.inputs.toReversed()) {
        const source = link && byId.get(link.from)
        if (source && !done.has(source.id)) open.push({ node: source, isEntered: false })
      }
    }
  }
  return order
}
