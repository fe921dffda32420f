/** How nodes look, where they do not look as their type does, and where the borders of subgraphs are: kept in `extra.editor`. */
import { own, recordOf } from '../../core/comfy/fields.ts'
import { keptOf } from '../../core/comfy/kept.ts'
import { editorPart, hexColor, isSameLook, lookIn, withEditorPart, withLookIn } from '../../core/comfy/looks.ts'
import { readPair } from '../../core/comfy/ui-file.ts'
import type { JsonObject } from '../../core/types/json.ts'
import type { Subgraph, WorkflowNode } from '../../core/workflow/workflow.ts'
import type { Look } from './edit.ts'
import { withFields } from './graph-at.ts'
import type { Point } from './scene.ts'

/** How a node looks; what is not written so is as its type has it. */
export function lookOf({ extra }: WorkflowNode): Look {
  return lookIn(extra)
}

/** The node with another look; itself where it looks so already. A colour that is none takes it away. */
export function withLook(node: WorkflowNode, changes: Partial<Look>): WorkflowNode {
  const before = lookIn(node.extra)
  const { collapsed = before.collapsed, pinned = before.pinned, color = before.color } = changes
  const after = { collapsed, pinned, color: hexColor(color)?.toLowerCase() ?? null }
  return isSameLook(before, after) ? node : withFields(node, { extra: withLookIn(node.extra, after) })
}

/** Where the borders of a subgraph are drawn: where somebody has moved them, or where the file that it came in had them. */
export function bordersOf({ extra }: Subgraph): { readonly inputs?: Point; readonly outputs?: Point } {
  const part = editorPart(extra)
  const graph = recordOf(own(keptOf(extra, 'ui'), 'graph'))
  const inFile = (name: string) => {
    const bounding = own(recordOf(own(graph, name)), 'bounding')
    return Array.isArray(bounding) ? readPair(bounding.slice(0, 2)) : undefined
  }
  const inputs = readPair(own(part, 'inputs')) ?? inFile('inputNode')
  const outputs = readPair(own(part, 'outputs')) ?? inFile('outputNode')
  return { ...(inputs && { inputs }), ...(outputs && { outputs }) }
}

/** The `extra` of a subgraph whose border was moved. */
export function withBorder({ extra }: Subgraph, side: 'inputs' | 'outputs', place: Point): JsonObject | undefined {
  return withEditorPart(extra, { ...editorPart(extra), [side]: place })
}
