/** What a node showed, as clients of ComfyUI read it. */
import type { JsonObject } from '../../core/types/json.ts'
import type { UiResult } from '../../core/types/node-type.ts'

const VIDEO = /\.(?:mp4|webm|mov|mkv|avi|gif)$/i
/** Kinds that clients look for pictures and videos under. */
const PICTURES = 'images'

/**
 * The output of a node: as the node gave it, and files of kinds that not every client knows (`videos`, `gifs`) under
 * `images` as well, with `animated` where they move.
 */
export function comfyOutput(ui: UiResult): JsonObject {
  if (Object.hasOwn(ui, PICTURES)) return ui
  const files = Object.values(ui).flat().filter(isFile)
  if (files.length === 0) return ui
  const moves = files.some(({ filename }) => VIDEO.test(filename))
  return { ...ui, images: files, ...(moves && { animated: [true] }) }
}

function isFile(value: unknown): value is JsonObject & { readonly filename: string } {
  return typeof value === 'object' && value !== null && 'filename' in value && typeof value.filename === 'string'
}
