import { STRING } from '../../types/scalars.ts'
import { defineType, type StoredBytes, type ValueType } from '../../types/value-type.ts'
import type { NodeResult } from '../../run/result.ts'

/** Bytes that are stored as a stream, in pieces of ten. */
export interface Blob {
  readonly size: number
  read(from: number, to: number): Promise<Uint8Array>
  close?(): Promise<void>
}

export const BLOB = defineType<Blob>({
  id: 'BLOB',
  check: (value): value is Blob => typeof value === 'object' && value !== null && 'read' in value,
  bytes: ({ size }) => size,
  store: {
    size: ({ size }) => size,
    async *stream(blob) {
      for (let at = 0; at < blob.size; at += 10_000) yield blob.read(at, Math.min(at + 10_000, blob.size))
    },
    open: (stored: StoredBytes) => stored,
  },
  dispose: ({ close }) => void close?.(),
})

/** A value that never leaves the process. */
export const SESSION = defineType<object>({
  id: 'SESSION',
  check: (value): value is object => typeof value === 'object',
  bytes: () => 8,
  store: 'recompute',
})

const types: ReadonlyMap<string, ValueType<unknown>> = new Map<string, ValueType<unknown>>([['STRING', STRING], ['BLOB', BLOB]])
export const typeOf = (id: string) => types.get(id)

/** Bytes that follow from a number. */
export function bytesFrom(seed: number, size: number): Uint8Array {
  const bytes = new Uint8Array(size)
  for (let at = 0, state = seed + 1; at < size; at++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    bytes[at] = state >>> 24
  }
  return bytes
}

export function blob(bytes: Uint8Array): Blob {
  return { size: bytes.length, read: async (from, to) => bytes.slice(from, to) }
}

/** A result of a text and some bytes. */
export function blobResult(text: string, bytes: Uint8Array, seconds = 10): NodeResult {
  const outputs = new Map([['text', { type: STRING, value: text }], ['blob', { type: BLOB, value: blob(bytes) }]])
  return { outputs, warnings: [{ message: `about ${text}` }], bytes: bytes.length, seconds }
}

/** What a result says, for comparing. */
export async function contents(result: NodeResult | undefined): Promise<unknown> {
  if (result === undefined) return undefined
  const found = result.outputs.get('blob')!.value as Blob // only results of `blobResult` are compared
  const bytes = await found.read(0, found.size)
  return { text: result.outputs.get('text')!.value, bytes: Buffer.from(bytes).toString('base64'), warnings: result.warnings, seconds: result.seconds }
}
