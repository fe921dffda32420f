import { withFile } from './byte-source.ts'
import type { ByteSource } from './byte-source.ts'
import { copyParts, incomplete } from './finish.ts'
import type { FinishOptions } from './finish.ts'
import { METADATA_KEY } from './metadata.ts'
import { boxes, bytesSource, findBox, makeBox } from './mp4-boxes.ts'
import type { Box } from './mp4-boxes.ts'
import { makeUdta } from './mp4-metadata.ts'

/**
 * Checks that ffmpeg's mp4 is whole, and copies it with its index and the metadata in front, so that a browser starts
 * before it has the whole file. (ffmpeg can do both; but the one that npm gives us, of 2018, cuts metadata at 1 kB.)
 * Throws MediaError when frames or bytes are missing.
 */
export async function finishMp4(from: string, to: string, options: FinishOptions): Promise<void> {
  await withFile(from, async (source) => {
    const parts = await wholeParts(source, options)
    const moov = await withMetadata(await content(source, parts.moov), options.metadata)
    const movesUp = shiftChunks(moov, await chunkTables(moov), moov.length)
    const rest = parts.all.filter(({ type }) => type !== 'moov' && type !== 'ftyp')
    const order = movesUp ? [parts.ftyp, moov, ...rest] : [parts.ftyp, ...rest, moov]
    await copyParts(source, to, order, options.target)
  })
}

async function wholeParts(source: ByteSource, options: FinishOptions): Promise<{ all: Box[], ftyp: Box, moov: Box }> {
  const all = await boxes(source, 0, source.size).catch(() => [])
  const ftyp = all.find(({ type }) => type === 'ftyp')
  const moov = all.find(({ type }) => type === 'moov')
  const mdat = all.find(({ type }) => type === 'mdat')
  const samples = moov ? await countSamples(source, moov) : 0
  // Our layout has moov last: in front of mdat, chunk offsets would not be what shiftChunks takes them for.
  if (ftyp && moov && mdat && samples === options.frames && moov.start > mdat.start) return { all, ftyp, moov }
  throw await incomplete(samples, options)
}

async function countSamples(source: ByteSource, moov: Box): Promise<number> {
  const stsz = await findBox(source, moov.content, moov.end, ['trak', 'mdia', 'minf', 'stbl', 'stsz']).catch(() => null)
  return stsz ? (await source.read(stsz.content + 8, 4)).readUInt32BE() : 0
}

const content = (source: ByteSource, box: Box): Promise<Buffer> => source.read(box.start, box.end - box.start)

/** The moov box with our udta in place of ffmpeg's, which is empty. */
async function withMetadata(moov: Buffer, metadata: string | null): Promise<Buffer> {
  const children = (await boxes(bytesSource('moov', moov), 8, moov.length)).filter(({ type }) => type !== 'udta')
  const kept = children.map(({ start, end }) => moov.subarray(start, end))
  return makeBox('moov', ...kept, ...(metadata === null ? [] : [makeUdta(new Map([[METADATA_KEY, metadata]]))]))
}

interface ChunkTable { readonly at: number; readonly count: number; readonly wide: boolean }

/** Where the file positions of the frames' chunks lie in moov: stco (32 bits) or co64. */
async function chunkTables(moov: Buffer): Promise<ChunkTable[]> {
  const source = bytesSource('moov', moov)
  const tables: ChunkTable[] = []
  for (const trak of (await boxes(source, 8, moov.length)).filter(({ type }) => type === 'trak')) {
    for (const type of ['stco', 'co64']) {
      const table = await findBox(source, trak.content, trak.end, ['mdia', 'minf', 'stbl', type])
      if (!table) continue
      tables.push({ at: table.content + 8, count: moov.readUInt32BE(table.content + 4), wide: type === 'co64' })
    }
  }
  return tables
}

/** Adds `shift` to every chunk position; false, and nothing changed, when one would pass 32 bits. */
function shiftChunks(moov: Buffer, tables: readonly ChunkTable[], shift: number): boolean {
  const narrow = tables.filter(({ wide }) => !wide).flatMap(({ at, count }) => positions(at, count, 4))
  if (narrow.some((at) => moov.readUInt32BE(at) + shift > 0xffff_ffff)) return false
  for (const at of narrow) moov.writeUInt32BE(moov.readUInt32BE(at) + shift, at)
  const wide = tables.filter((table) => table.wide).flatMap(({ at, count }) => positions(at, count, 8))
  for (const at of wide) moov.writeBigUInt64BE(moov.readBigUInt64BE(at) + BigInt(shift), at)
  return true
}

const positions = (at: number, count: number, width: number) =>
  Array.from({ length: count }, (_, index) => at + index * width)
