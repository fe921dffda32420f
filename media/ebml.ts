import { broken } from './byte-source.ts'
import type { ByteSource } from './byte-source.ts'

// EBML, the form of Matroska and WebM: RFC 8794; element ids of Matroska: RFC 9559, section 5.

/** One element. Positions in bytes. */
export interface Element {
  /** With its length marker, as in the specification: 0x1A45DFA3. */
  readonly id: number
  readonly start: number
  /** First byte of its content. */
  readonly content: number
  readonly end: number
}

export const EBML = {
  header: 0x1a45dfa3, segment: 0x18538067, seekHead: 0x114d9b74, seek: 0x4dbb, seekId: 0x53ab, seekPosition: 0x53ac,
  void: 0xec, info: 0x1549a966, tracks: 0x1654ae6b, cluster: 0x1f43b675, simpleBlock: 0xa3, blockGroup: 0xa0,
  cues: 0x1c53bb6b, cuePoint: 0xbb, cueTrackPositions: 0xb7, cueClusterPosition: 0xf1,
  tags: 0x1254c367, tag: 0x7373, targets: 0x63c0, simpleTag: 0x67c8, tagName: 0x45a3, tagString: 0x4487,
} as const

const MAX_SIBLINGS = 5_000_000                                          // blocks of a cluster, clusters of a day

/** The elements between two positions, one by one. Throws MediaError where one leaves its parent or is no element. */
export async function* elements(source: ByteSource, from: number, to: number): AsyncGenerator<Element, void> {
  let count = 0
  for (let start = from; start < to;) {
    if (++count > MAX_SIBLINGS) throw broken(source.path, `it has more than ${MAX_SIBLINGS} elements in a row`)
    const element = await elementAt(source, start, to)
    yield element
    start = element.end
  }
}

async function elementAt(source: ByteSource, start: number, to: number): Promise<Element> {
  const head = await source.read(start, Math.min(12, to - start))
  const idLength = Math.clz32(head[0]! << 24) + 1
  const sizeLength = idLength < head.length ? Math.clz32(head[idLength]! << 24) + 1 : 9
  const content = start + idLength + sizeLength
  if (idLength > 4 || sizeLength > 8 || content > to) throw broken(source.path, `at byte ${start} is no EBML element`)
  const id = head.readUIntBE(0, idLength)
  const size = sizeOf(head.subarray(idLength, idLength + sizeLength))
  // A size of ones only is "unknown": a live recording. It is taken to reach to its parent's end.
  const end = size === null ? to : content + size
  if (end > to) throw broken(source.path, `its element 0x${id.toString(16)} is truncated`)
  return { id, start, content, end }
}

function sizeOf(bytes: Buffer): number | null {
  const first = bytes[0]! & (0xff >> bytes.length)
  let size = BigInt(first)
  for (const byte of bytes.subarray(1)) size = size << 8n | BigInt(byte)
  return size === (1n << BigInt(7 * bytes.length)) - 1n ? null : Number(size)
}

/** The first element of this id between two positions, or null. */
export async function findElement(source: ByteSource, from: number, to: number, id: number): Promise<Element | null> {
  for await (const element of elements(source, from, to)) if (element.id === id) return element
  return null
}

/** An element around these parts, its size in eight bytes, so that it is as long whatever it holds. */
export function makeElement(id: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts)
  return Buffer.concat([elementHead(id, content.length), content])
}

/** The head of an element whose content of `size` bytes follows. */
export function elementHead(id: number, size: number): Buffer {
  const name = Buffer.from(id.toString(16).padStart(id > 0xffffff ? 8 : id > 0xffff ? 6 : id > 0xff ? 4 : 2, '0'), 'hex')
  const length = Buffer.alloc(8)
  length.writeBigUInt64BE(BigInt(size) | 0x0100_0000_0000_0000n)
  return Buffer.concat([name, length])
}

/** A whole number in eight bytes. */
export function uint64(value: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64BE(BigInt(value))
  return bytes
}

/** A whole number of one to eight bytes. Throws MediaError for longer ones. */
export async function readUint(source: ByteSource, { content, end }: Element): Promise<number> {
  if (end - content > 8) throw broken(source.path, 'one of its numbers is too long')
  const bytes = await source.read(content, end - content)
  return bytes.reduce((value, byte) => value * 256 + byte, 0)
}
