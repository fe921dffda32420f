/**
 * How nodes look: ours in `extra.editor`, ComfyUI's in `flags` and two colours. An import reads theirs, an export writes
 * ours; what a file says in another manner stays as it is until somebody changes it.
 */
import type { Json, JsonObject } from '../types/json.ts'
import { isRecord, own, recordOf, without } from './fields.ts'

/** How a node is drawn, where it is not as its type is. */
export interface NodeLook {
  readonly collapsed: boolean
  /** Stays where it is. */
  readonly pinned: boolean
  /** `#rrggbb`; null: that of its type. */
  readonly color: string | null
}

/** The key of editors in the `extra` of nodes and subgraphs. */
const EDITOR = 'editor'
const COLOR = /^#[0-9a-f]{6}$/i
const SHORT_COLOR = /^#[0-9a-f]{3}$/i

/** A colour as `#rrggbb`, where it is one; `#rgb` in full. */
export function hexColor(value: Json | undefined): string | undefined {
  if (typeof value !== 'string') return undefined
  if (COLOR.test(value)) return value
  return SHORT_COLOR.test(value) ? value.replaceAll(/[^#]/g, '$&$&') : undefined
}

/** What editors keep of a node or subgraph. */
export function editorPart(extra: JsonObject | undefined): JsonObject {
  return recordOf(own(extra ?? {}, EDITOR))
}

/** The `extra` with another such part; `undefined` where nothing is left of it. */
export function withEditorPart(extra: JsonObject | undefined, part: JsonObject): JsonObject | undefined {
  const others = Object.entries(extra ?? {}).filter(([key]) => key !== EDITOR)
  const all = Object.keys(part).length === 0 ? others : [...others, [EDITOR, part] as const]
  return all.length === 0 ? undefined : Object.fromEntries(all)
}

/** How a node of ours looks, by its `extra`. */
export function lookIn(extra: JsonObject | undefined): NodeLook {
  const part = editorPart(extra)
  const color = own(part, 'color')
  return {
    collapsed: own(part, 'collapsed') === true,
    pinned: own(part, 'pinned') === true,
    color: typeof color === 'string' && COLOR.test(color) ? color : null,
  }
}

/** The `extra` with a look; as it is where it says that already. */
export function withLookIn(extra: JsonObject | undefined, look: NodeLook): JsonObject | undefined {
  if (isSameLook(lookIn(extra), look)) return extra
  const { collapsed, pinned, color } = look
  const rest = plainPart(extra)
  const part = { ...rest, ...(collapsed && { collapsed }), ...(pinned && { pinned }), ...(color !== null && { color }) }
  return withEditorPart(extra, part)
}

/** The `extra` without what an export writes elsewhere. */
export function withoutLook(extra: JsonObject): JsonObject {
  const part = own(extra, EDITOR)
  if (!isRecord(part)) return extra
  const rest = plainPart(extra)
  if (Object.keys(rest).length === Object.keys(part).length) return extra
  return withEditorPart(extra, rest) ?? {}
}

/** Whether two looks are drawn alike. */
export function isSameLook(a: NodeLook, b: NodeLook): boolean {
  return a.collapsed === b.collapsed && a.pinned === b.pinned && a.color?.toLowerCase() === b.color?.toLowerCase()
}

/** What editors keep besides the look. */
function plainPart(extra: JsonObject | undefined): JsonObject {
  const { collapsed, pinned, color } = lookIn(extra)
  return without(editorPart(extra), ...(collapsed ? ['collapsed'] : []), ...(pinned ? ['pinned'] : []), ...(color === null ? [] : ['color']))
}

/** How a node of a file looks in ComfyUI. */
export function fileLook(raw: JsonObject): NodeLook {
  const flags = recordOf(own(raw, 'flags'))
  return {
    collapsed: own(flags, 'collapsed') === true,
    pinned: own(flags, 'pinned') === true,
    color: hexColor(own(raw, 'color')) ?? hexColor(own(raw, 'bgcolor')) ?? null,
  }
}

/** The fields of a file's node with another look. What it has already stays as it is written. */
export function withFileLook(raw: JsonObject, look: NodeLook): JsonObject {
  const was = fileLook(raw)
  const flags = withFlags(own(raw, 'flags'), was, look)
  const coloured = was.color?.toLowerCase() === look.color?.toLowerCase() ? raw : withColor(raw, look.color)
  return flags === undefined ? coloured : { ...coloured, flags }
}

/** The flags where they change. */
function withFlags(before: Json | undefined, was: NodeLook, look: NodeLook): JsonObject | undefined {
  const changed = (['collapsed', 'pinned'] as const).filter((name) => was[name] !== look[name])
  if (changed.length === 0) return undefined
  return { ...without(recordOf(before), ...changed), ...Object.fromEntries(changed.filter((name) => look[name]).map((name) => [name, true])) }
}

function withColor(raw: JsonObject, color: string | null): JsonObject {
  const bare = without(raw, 'color', 'bgcolor')
  return color === null ? bare : { ...bare, color, bgcolor: lighter(color) }
}

/** The fields of a node that the export made, without the look that it wrote there. */
export function withoutFileLook(raw: JsonObject): JsonObject {
  const { flags, color, bgcolor } = raw
  const names = (['collapsed', 'pinned'] as const).filter((name) => own(recordOf(flags), name) === true)
  const isOurs = typeof color === 'string' && COLOR.test(color) && bgcolor === lighter(color)
  return { ...(isOurs ? without(raw, 'color', 'bgcolor') : raw), ...(names.length > 0 && { flags: without(recordOf(flags), ...names) }) }
}

/** ComfyUI draws titles in a colour and bodies in a lighter one: half as bright again, as its own pairs are. */
function lighter(color: string): string {
  const parts = [1, 3, 5].map((at) => Math.min(255, Math.floor(parseInt(color.slice(at, at + 2), 16) * 1.5)))
  return `#${parts.map((part) => part.toString(16).padStart(2, '0')).join('')}`
}
