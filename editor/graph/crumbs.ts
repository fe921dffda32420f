/** The way from the workflow into its subgraphs. */
import type { Workflow } from '../../core/workflow/workflow.ts'
import { findGraph } from './graph-at.ts'
import type { GraphPath } from './scene.ts'

/** A graph on the way to the one that is shown. */
export interface Crumb {
  readonly path: GraphPath
  /** Of the node that was entered; `undefined` for the workflow itself. */
  readonly title?: string
}

/** The graphs from the workflow itself to the one at a path. */
export function crumbsOf(workflow: Workflow, path: GraphPath): Crumb[] {
  const crumbs: Crumb[] = [{ path: [] }]
  for (const [index, id] of path.entries()) {
    const around = findGraph(workflow, path.slice(0, index))
    const inner = findGraph(workflow, path.slice(0, index + 1))
    if (!around || !inner?.subgraph) break
    const title = around.nodes.find((node) => node.id === id)?.title
    crumbs.push({ path: path.slice(0, index + 1), title: title ?? inner.subgraph.name })
  }
  return crumbs
}
