/**
 * The file of one result: 24 bytes in front (magic, version, length of the header, seconds it took), the header as
 * JSON, the values one after the other, and the SHA-256 of everything before.
 */
import { createHash } from 'node:crypto'
import type { Json, JsonObject } from '../types/json.ts'
import type { SocketType } from '../types/socket.ts'

const MAGIC = Buffer.from('KGRESULT')
const VERSION = 1
/** Bytes in front of the header. */
export const PREFIX = 24
/** Bytes of the hash at the end. */
export const TRAILER = 32
/** A header is small: names, types and sizes. */
const MAX_HEADER = 64 * 2 ** 20

/** A value in the file: bytes of a type, or a list of such. */
export type StoredValue =
  | { readonly type: string; readonly at: number; readonly size: number }
  | { readonly none: true }
  | { readonly list: readonly StoredValue[]; readonly of: SocketType }
  | { readonly each: readonly StoredValue[]; readonly of: SocketType; readonly keys?: readonly string[] }

/** What the file says of a result beside its values. Places of values count from the end of the header. */
export interface EntryHeader {
  readonly key: string
  readonly outputs: readonly { readonly name: string; readonly value: StoredValue }[]
  readonly warnings: readonly { readonly message: string; readonly details?: JsonObject }[]
  readonly seconds: number
  /** Bytes of all values. */
  readonly size: number
}

/** The bytes in front of the values. */
export function headBytes(header: EntryHeader): Buffer {
  const text = Buffer.from(JSON.stringify(header))
  const prefix = Buffer.alloc(PREFIX)
  MAGIC.copy(prefix)
  prefix.writeUInt32LE(VERSION, 8)
  prefix.writeUInt32LE(text.length, 12)
  prefix.writeDoubleLE(header.seconds, 16)
  return Buffer.concat([prefix, text])
}

/** What the first bytes of a file say; `undefined` when it is none of ours or another version's. */
export function readPrefix(bytes: Buffer): { readonly header: number; readonly seconds: number } | undefined {
  if (bytes.length < PREFIX || !bytes.subarray(0, 8).equals(MAGIC) || bytes.readUInt32LE(8) !== VERSION) return undefined
  const header = bytes.readUInt32LE(12)
  const seconds = bytes.readDoubleLE(16)
  return header <= MAX_HEADER && seconds >= 0 && Number.isFinite(seconds) ? { header, seconds } : undefined
}

/** The header in a file that has been found whole. */
export function readHeader(bytes: Buffer): EntryHeader {
  const header: Json = JSON.parse(bytes.toString('utf8'))
  return header as unknown as EntryHeader // what `headBytes` wrote, by the hash that has been checked
}

/** The hash that stands at the end of a file, taken piece by piece. */
export const entryHash = () => createHash('sha256')
