/** How nodes look, where they do not look as their type does: kept in their `extra.editor`. */
import { isRecord, own } from '../../core/comfy/fields.ts'
import { readPair } from '../../core/comfy/ui-file.ts'
import type { Json, JsonObject } from '../../core/types/json.ts'
import type { Subgraph, WorkflowNode } from '../../core/workflow/workflow.ts'
import { withFields } from './graph-at.ts'
import type { Look } from './edit.ts'
import type { Point } from './scene.ts'

const EDITOR = 'editor'
const COLOR = /^#[0-9a-f]{6}$/i

/** How a node looks; what is not written so is as its type has it. */
export function lookOf({ extra }: WorkflowNode): Look {
  const kept = editorPart(extra)
  const color = own(kept, 'color')
  return {
    collapsed: own(kept, 'collapsed') === true,
    pinned: own(kept, 'pinned') === true,
    color: typeof color === 'string' && COLOR.test(color) ? color.toLowerCase() : null,
  }
}

/** The node with another look; itself where it looks so already. */
export function withLook(node: WorkflowNode, changes: Partial<Look>): WorkflowNode {
  const before = lookOf(node)
  const { color = before.color } = changes
  const after = { ...before, ...changes, color: color !== null && COLOR.test(color) ? color.toLowerCase() : null }
  if (before.collapsed === after.collapsed && before.pinned === after.pinned && before.color === after.color) return node
  const kept = { ...editorPart(node.extra) }
  const set = (key: string, value: Json | undefined) => {
    if (value === undefined) delete kept[key]
    else kept[key] = value
  }
  set('collapsed', after.collapsed || undefined)
  set('pinned', after.pinned || undefined)
  set('color', after.color ?? undefined)
  return withFields(node, { extra: withEditorPart(node.extra, kept) })
}

/** Where the borders of a subgraph are drawn, as far as somebody has moved them. */
export function bordersOf({ extra }: Subgraph): { readonly inputs?: Point; readonly outputs?: Point } {
  const kept = editorPart(extra)
  const [inputs, outputs] = [readPair(own(kept, 'inputs')), readPair(own(kept, 'outputs'))]
  return { ...(inputs && { inputs }), ...(outputs && { outputs }) }
}

/** The `extra` of a subgraph whose border was moved. */
export function withBorder({ extra }: Subgraph, side: 'inputs' | 'outputs', place: Point): JsonObject | undefined {
  return withEditorPart(extra, { ...editorPart(extra), [side]: place })
}

function editorPart(extra: JsonObject | undefined): { [key: string]: Json } {
  const kept = own(extra ?? {}, EDITOR)
  return isRecord(kept) ? kept : {}
}

function withEditorPart(extra: JsonObject | undefined, kept: JsonObject): JsonObject | undefined {
  const others = Object.entries(extra ?? {}).filter(([key]) => key !== EDITOR)
  const all = Object.keys(kept).length === 0 ? others : [...others, [EDITOR, kept] as const]
  return all.length === 0 ? undefined : Object.fromEntries(all)
}
