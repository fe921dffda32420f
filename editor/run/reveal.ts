/** Shows a node to a person: its document, its graph, in the middle and selected. */
import type { EditorDocument } from '../app/document.ts'
import type { RunHost } from './create-run-book.ts'

/** @param node its id, or its path through subgraphs */
export function reveal({ show, view, canvas }: RunHost, document: EditorDocument, node: string): void {
  show(document.id)
  view.value = 'graph'
  const isTop = document.workflow.peek().nodes.some(({ id }) => id === node)
  const parts = isTop ? [node] : node.split('/')
  document.path.value = parts.slice(0, -1)
  const id = parts.at(-1)!
  document.selection.value = { nodes: new Set([id]), groups: new Set() }
  // The canvas shows the graph first.
  requestAnimationFrame(() => {
    canvas.peek()?.select({ nodes: [id] })
    canvas.peek()?.fit([id])
  })
}
