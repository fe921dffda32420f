/** A new node of a type, linked to what is held if it can be: the edits of one step. */
import type { Definitions } from '../../core/types/definition.ts'
import type { Workflow } from '../../core/workflow/workflow.ts'
import type { LooseLink } from '../graph/canvas.ts'
import type { Edit } from '../graph/edit.ts'
import { insertEdits, type LinkEnd } from '../graph/insert.ts'
import type { GraphPath, Point } from '../graph/scene.ts'

/** Where a node is added. */
export interface Ground {
  readonly workflow: Workflow
  readonly path: GraphPath
  readonly definitions: Definitions
}

/** So far to the left of where a link to an input was dropped goes the node that feeds it, in graph units. */
const FEEDER_SHIFT = 240

/** The edits that add it, and the id that it gets. */
export function addedNode({ workflow, path, definitions }: Ground, type: string, [x, y]: Point, link?: LooseLink, into?: LinkEnd): { readonly id: string; readonly edits: readonly Edit[] } {
  const position: Point = [Math.round(link !== undefined && 'to' in link ? x - FEEDER_SHIFT : x), Math.round(y)]
  return insertEdits(workflow, path, type, position, definitions, into ? { into } : link ? { link } : {})
}
