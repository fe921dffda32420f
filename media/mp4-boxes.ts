import { broken } from './byte-source.ts'
import type { ByteSource } from './byte-source.ts'

/** One box of an ISO base media file (ISO/IEC 14496-12, 4.2). Positions and sizes in bytes. */
export interface Box {
  readonly type: string
  readonly start: number
  /** First byte of its content. */
  readonly content: number
  readonly end: number
}

const MAX_BOXES = 10_000                                                // siblings; real files have a few dozen

/** The boxes between two positions. Throws MediaError where one is smaller than its header or leaves its parent. */
export async function boxes(source: ByteSource, from: number, to: number): Promise<Box[]> {
  const found: Box[] = []
  for (let start = from; start < to;) {
    if (to - start < 8) throw broken(source.path, `${to - start} stray bytes follow the last box`)
    const box = await boxAt(source, start, to)
    if (box.end > to) throw broken(source.path, `its box "${box.type}" is truncated`)
    if (found.push(box) > MAX_BOXES) throw broken(source.path, `it has more than ${MAX_BOXES} boxes in a row`)
    start = box.end
  }
  return found
}

async function boxAt(source: ByteSource, start: number, to: number): Promise<Box> {
  const header = await source.read(start, 8)
  const type = header.toString('latin1', 4, 8)
  const short = header.readUInt32BE(0)
  if (short === 0) return { type, start, content: start + 8, end: to }              // to the end of the file
  const large = short === 1
  const size = large ? Number((await source.read(start + 8, 8)).readBigUInt64BE()) : short
  const content = start + (large ? 16 : 8)
  if (start + size < content) throw broken(source.path, `its box "${type}" has an impossible size of ${size} bytes`)
  return { type, start, content, end: start + size }
}

/** The first box at a path of types below `from`…`to`, such as ['trak', 'mdia']; null when there is none. */
export async function findBox(
  source: ByteSource, from: number, to: number, path: readonly string[],
): Promise<Box | null> {
  const [type, ...rest] = path
  const box = (await boxes(source, from, to)).find((candidate) => candidate.type === type)
  if (!box || rest.length === 0) return box ?? null
  return findBox(source, box.content, box.end, rest)
}

/** A box of this type around these parts. */
export function makeBox(type: string, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts)
  const header = Buffer.alloc(8)
  header.writeUInt32BE(content.length + 8)
  header.write(type, 4, 'latin1')
  return Buffer.concat([header, content])
}

/** A whole file or a part of one that is in memory. */
export function bytesSource(path: string, bytes: Buffer): ByteSource {
  return {
    path, size: bytes.length,
    async read(position, length) {
      if (position < 0 || position + length > bytes.length) throw broken(path, 'it is truncated')
      return bytes.subarray(position, position + length)
    },
  }
}
