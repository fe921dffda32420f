import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { NotStorable, ValueLayout, type TypeLookup } from '../cache/stored-value.ts'
import type { Json } from '../types/json.ts'
import type { TypedValue } from '../types/value-type.ts'
import type { LockedOutput } from './lock.ts'
import { sampleOf } from './sample.ts'

/** What a lock says of a value or a file, without where it comes from. */
export type Content = Omit<LockedOutput, 'node' | 'output'>

/** Characters of a value that a lock holds as it is. */
const SHORT = 1000

/**
 * What a lock says of a value: the hash of what the disk cache would store of it. Frames count by their pictures, not
 * by what a video file made of them.
 * @returns a text for people where values of its type are not stored, so that there is nothing to hash
 */
export async function contentOf(value: TypedValue, typeOf: TypeLookup): Promise<Content | string> {
  const layout = new ValueLayout(typeOf)
  try {
    const stored = await layout.add(value)
    const hash = createHash('sha256').update(JSON.stringify(stored, withoutKeys))
    for (const { bytes } of layout.parts) {
      if (bytes instanceof Uint8Array) hash.update(bytes)
      else for await (const piece of bytes) hash.update(piece)
    }
    const [plain, sample] = [plainValue(value.value), await sampleOf(value)]
    const known = { ...(plain !== undefined && { value: plain }), ...(sample && { sample }) }
    return { type: value.type.id, bytes: layout.size, sha256: hash.digest('hex'), ...known }
  } catch (error) {
    if (error instanceof NotStorable) return error.message
    throw error
  }
}

/** What a lock says of a file. */
export async function fileContent(path: string): Promise<Content> {
  const hash = createHash('sha256')
  let bytes = 0
  for await (const piece of createReadStream(path, { highWaterMark: 1 << 20 })) {
    hash.update(piece)
    bytes += piece.length
  }
  return { type: 'file', bytes, sha256: hash.digest('hex') }
}

/** The keys of items hold the versions that made them; a value is the same whatever made it. */
const withoutKeys = (name: string, value: unknown) => (name === 'keys' ? undefined : value)

function plainValue(value: unknown): Json | undefined {
  if (typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value))) return value
  return typeof value === 'string' && value.length <= SHORT ? value : undefined
}
