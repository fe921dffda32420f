import { broken } from './byte-source.ts'
import type { ByteSource } from './byte-source.ts'

// GIF89a (CompuServe, 1990): after header and colour table come blocks, each introduced by one byte.

/** A block of a GIF: a picture, an extension, or the end. Positions in bytes. */
export interface GifBlock {
  readonly kind: 'picture' | 'control' | 'comment' | 'extension' | 'end'
  readonly start: number
  /** First of its sub-blocks. */
  readonly data: number
  readonly end: number
}

const MAX_BLOCKS = 5_000_000

/** The blocks in order, the end among them. Throws MediaError where one is truncated or unknown. */
export async function* gifBlocks(source: ByteSource): AsyncGenerator<GifBlock, void> {
  let start = 13 + colourTable((await source.read(0, 13))[10]!)
  for (let count = 0; ; count++) {
    if (count > MAX_BLOCKS) throw broken(source.path, `it has more than ${MAX_BLOCKS} blocks`)
    const introducer = (await source.read(start, 1))[0]!
    if (introducer === 0x3b) return yield { kind: 'end', start, data: start + 1, end: start + 1 }
    const data = start + await headLength(source, start, introducer)
    const end = await afterSubBlocks(source, data)
    yield { kind: introducer === 0x2c ? 'picture' : await extensionKind(source, start), start, data, end }
    start = end
  }
}

async function headLength(source: ByteSource, start: number, introducer: number): Promise<number> {
  if (introducer === 0x21) return 2
  if (introducer !== 0x2c) throw broken(source.path, `at byte ${start} is no block of a GIF`)
  return 10 + colourTable((await source.read(start + 9, 1))[0]!) + 1    // descriptor, colours, code size
}

const colourTable = (flags: number): number => flags & 0x80 ? 3 * 2 ** ((flags & 7) + 1) : 0

async function extensionKind(source: ByteSource, start: number): Promise<GifBlock['kind']> {
  const label = (await source.read(start + 1, 1))[0]!
  return label === 0xf9 ? 'control' : label === 0xfe ? 'comment' : 'extension'
}

async function afterSubBlocks(source: ByteSource, data: number): Promise<number> {
  let at = data
  for (let size = await sizeAt(source, at); size > 0; size = await sizeAt(source, at)) at += 1 + size
  return at + 1
}

const sizeAt = async (source: ByteSource, at: number): Promise<number> => (await source.read(at, 1))[0]!

/** What a chain of sub-blocks holds. Throws MediaError when it is more than `most` bytes. */
export async function subBlocks(source: ByteSource, { data, end }: GifBlock, most: number): Promise<Buffer> {
  if (end - data > most) throw broken(source.path, `a block of ${end - data} bytes is larger than the ${most} that are read`)
  const parts: Buffer[] = []
  for (let at = data, size = await sizeAt(source, at); size > 0; size = await sizeAt(source, at)) {
    parts.push(Buffer.from(await source.read(at + 1, size)))
    at += 1 + size
  }
  return Buffer.concat(parts)
}
