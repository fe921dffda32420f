import { describeFrames } from '../../media/index.ts'
import { IMAGE, LATENT, MASK, VIDEO } from '../types/index.ts'

const MAX_TEXT = 10_000

/** Any value as a person reads it: texts as they are, numbers and plain data as JSON, pictures by their size. */
export function asText(value: unknown): string {
  if (typeof value === 'string') return value
  if (VIDEO.check(value)) return `${describeFrames(value.frames)}, ${value.fps} frames per second`
  if (IMAGE.check(value) || MASK.check(value)) return describeFrames(value)
  if (LATENT.check(value)) return `latent [${value.shape.join(', ')}]`
  return shortened(asJson(value))
}

function asJson(value: unknown): string {
  if (typeof value === 'bigint' || value === undefined) return String(value)
  try {
    return JSON.stringify(value, withoutBuffers, 2) ?? String(value)
  } catch {
    return Object.prototype.toString.call(value)                        // it contains itself
  }
}

/** Buffers by their size: a model's numbers say nothing to a person. */
function withoutBuffers(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return String(value)
  if (!ArrayBuffer.isView(value)) return value
  return `${value.constructor.name} of ${value.byteLength} bytes`
}

const shortened = (text: string) =>
  text.length <= MAX_TEXT ? text : `${text.slice(0, MAX_TEXT)}… (${text.length} characters)`
