/** What goes over ComfyUI's socket: texts of `{ type, data }`, and binary frames that begin with their type. */
import type { JsonObject } from '../../../core/types/json.ts'

/** An event as text. */
export function textFrame(type: string, data: JsonObject): string {
  return JSON.stringify({ type, data })
}

const PREVIEW = 1
const PREVIEW_WITH_METADATA = 4
const JPEG = 1

/** Type 1: a preview, as every client knows it. */
export function previewFrame(jpeg: Uint8Array): Buffer {
  const head = Buffer.alloc(8)
  head.writeUInt32BE(PREVIEW, 0)
  head.writeUInt32BE(JPEG, 4)
  return Buffer.concat([head, jpeg])
}

/** Type 4: a preview that says what it belongs to; for clients that asked for it. */
export function describedPreviewFrame(jpeg: Uint8Array, metadata: JsonObject): Buffer {
  const text = Buffer.from(JSON.stringify({ ...metadata, image_type: 'image/jpeg' }))
  const head = Buffer.alloc(8)
  head.writeUInt32BE(PREVIEW_WITH_METADATA, 0)
  head.writeUInt32BE(text.length, 4)
  return Buffer.concat([head, text, jpeg])
}
