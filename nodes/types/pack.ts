/** Named numbers arrays in one buffer, for the disk cache: a JSON header with its length in front, then the raw arrays. */
import type { Json } from '../../core/types/index.ts'

const KINDS = { Float32Array, Int32Array, Uint8Array, BigInt64Array } as const
type Kind = keyof typeof KINDS
export type PackedArray = Float32Array | Int32Array | Uint8Array | BigInt64Array

interface Entry { readonly name: string; readonly kind: Kind; readonly length: number }
interface Header { readonly rest: Json; readonly arrays: readonly Entry[] }

/** `rest` is everything about the value that is JSON. Arrays keep the machine's byte order: a cache stays on one machine. */
export function pack(rest: Json, arrays: Readonly<Record<string, PackedArray>>): Uint8Array {
  const entries = Object.entries(arrays).map(([name, array]): Entry => ({ name, kind: kindOf(array), length: array.length }))
  const header = new TextEncoder().encode(JSON.stringify({ rest, arrays: entries } satisfies Header))
  const sizes = Object.values(arrays).map((array) => aligned(array.byteLength))
  const start = aligned(4 + header.length)
  const bytes = new Uint8Array(sizes.reduce((sum, size) => sum + size, start))
  new DataView(bytes.buffer).setUint32(0, header.length)
  bytes.set(header, 4)
  let offset = start
  for (const array of Object.values(arrays)) {
    bytes.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), offset)
    offset += aligned(array.byteLength)
  }
  return bytes
}

/** What `pack` put together. @throws RangeError or SyntaxError when the bytes are not whole */
export function unpack(packed: Uint8Array): { rest: Json; arrays: Map<string, PackedArray> } {
  const bytes = packed.slice() // starts at an aligned address
  const length = new DataView(bytes.buffer).getUint32(0)
  // Written by `pack`; the store that holds it checks that not a byte has changed.
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length))) as Header
  let offset = aligned(4 + length)
  const arrays = new Map(header.arrays.map(({ name, kind, length: count }): [string, PackedArray] => {
    const array = new KINDS[kind](bytes.buffer, offset, count)
    offset += aligned(array.byteLength)
    return [name, array]
  }))
  return { rest: header.rest, arrays }
}

const aligned = (bytes: number) => Math.ceil(bytes / 8) * 8

function kindOf(array: PackedArray): Kind {
  if (array instanceof Float32Array) return 'Float32Array'
  if (array instanceof Int32Array) return 'Int32Array'
  return array instanceof Uint8Array ? 'Uint8Array' : 'BigInt64Array'
}
