import { crc32 } from 'node:zlib'

import type { WeightsFile } from './file.ts'

/** A record of a zip file that is stored as it is: `bytes` bytes of the file from `offset`. */
export interface ZipRecord {
  readonly name: string
  readonly offset: number
  readonly bytes: number
  readonly crc: number
}

/** A record's line in the central directory. */
interface Listed {
  readonly name: string
  readonly rawName: Buffer
  readonly header: number
  readonly bytes: number
  readonly crc: number
}

const MAX_RECORDS = 1_000_000
const MAX_DIRECTORY_BYTES = 100_000_000
const U32 = 0xffff_ffff

/** True where a file starts as a zip file does. */
export const looksLikeZip = (start: Buffer): boolean => start.length >= 4 && start.readUInt32LE(0) === 0x0403_4b50

/**
 * Lists a zip file's records (PKWARE's APPNOTE, zip64 included). Only what a checkpoint needs is accepted: records
 * stored uncompressed (so no bomb can hide), unencrypted, each name once and inside the archive, no two records
 * overlapping. Throws CheckpointError.
 */
export async function readZip(file: WeightsFile): Promise<ReadonlyMap<string, ZipRecord>> {
  const directory = await findDirectory(file)
  const bytes = await file.read(directory.offset, directory.bytes)
  const listed = parseDirectory(bytes, directory.records, file)
  const records = new Map<string, ZipRecord>()
  let end = 0
  for (const entry of listed.sort((a, b) => a.header - b.header)) {
    const record = await locate(file, entry, directory.offset)
    if (entry.header < end) throw file.fail('the zip record overlaps the one before it', { key: entry.name })
    if (records.has(entry.name)) throw file.fail('the zip record stands twice in the archive', { key: entry.name })
    records.set(entry.name, record)
    end = record.offset + record.bytes
  }
  return records
}

/** A record's bytes, checked against its checksum. For records that are small; `limit` bytes at most. */
export async function readRecord(file: WeightsFile, record: ZipRecord, limit: number): Promise<Buffer> {
  if (record.bytes > limit) {
    throw file.fail(`the zip record has ${record.bytes} bytes, at most ${limit} are read`, { key: record.name })
  }
  const bytes = await file.read(record.offset, record.bytes)
  if (crc32(bytes) !== record.crc) throw file.fail('the zip record does not match its checksum', { key: record.name })
  return bytes
}

/** Where the central directory lies: the end record is searched from the end, as a comment may follow it. */
async function findDirectory(file: WeightsFile) {
  const tail = await file.read(Math.max(0, file.size - 65_557), Math.min(file.size, 65_557))
  const at = tail.lastIndexOf(Buffer.from([0x50, 0x4b, 0x05, 0x06]))
  if (at < 0 || at + 22 > tail.length) throw file.fail('the zip file has no end record (truncated)')
  const found = {
    records: tail.readUInt16LE(at + 10),
    bytes: tail.readUInt32LE(at + 12),
    offset: tail.readUInt32LE(at + 16),
  }
  const wide = found.records === 0xffff || found.bytes === U32 || found.offset === U32
  const { records, bytes, offset } = wide ? await findWideDirectory(file, tail, at) : found
  if (records > MAX_RECORDS || bytes > MAX_DIRECTORY_BYTES) {
    throw file.fail(`the zip file lists ${records} records in ${bytes} bytes, more than a checkpoint has`)
  }
  if (offset + bytes > file.size) throw file.fail("the zip file's list of records lies outside of it (truncated)")
  return { records, bytes, offset }
}

/** The zip64 end record, found through the locator before the plain end record. */
async function findWideDirectory(file: WeightsFile, tail: Buffer, at: number) {
  const lost = () => file.fail('the zip64 end record is missing or damaged')
  if (at < 20 || tail.readUInt32LE(at - 20) !== 0x0706_4b50) throw lost()
  const end = toSize(tail.readBigUInt64LE(at - 12), file)
  if (end + 56 > file.size) throw lost()
  const record = await file.read(end, 56)
  if (record.readUInt32LE(0) !== 0x0606_4b50) throw lost()
  const [records, bytes, offset] = [32, 40, 48].map((field) => toSize(record.readBigUInt64LE(field), file))
  return { records: records!, bytes: bytes!, offset: offset! }
}

function parseDirectory(bytes: Buffer, count: number, file: WeightsFile): Listed[] {
  const listed: Listed[] = []
  let at = 0
  while (listed.length < count) {
    if (at + 46 > bytes.length || bytes.readUInt32LE(at) !== 0x0201_4b50) {
      throw file.fail(`the zip file lists ${count} records, only ${listed.length} are there`)
    }
    const lengths = [28, 30, 32].map((field) => bytes.readUInt16LE(at + field))
    const [nameLength = 0, extraLength = 0, commentLength = 0] = lengths
    const next = at + 46 + nameLength + extraLength + commentLength
    if (next > bytes.length) throw file.fail("the zip file's list of records is cut off")
    listed.push(parseListed(bytes.subarray(at, next), nameLength, extraLength, file))
    at = next
  }
  return listed
}

function parseListed(line: Buffer, nameLength: number, extraLength: number, file: WeightsFile): Listed {
  const name = line.toString('utf8', 46, 46 + nameLength)
  const refuse = (problem: string) => file.fail(problem, { key: name })
  if (isUnsafeName(name)) throw refuse("the zip record's name points outside of the archive")
  if (line.readUInt16LE(8) & 0x2041) throw refuse('the zip record is encrypted')
  const method = line.readUInt16LE(10)
  if (method !== 0)
    throw refuse(`the zip record is compressed (method ${method}); only stored ones can be used in place`)
  const wide = wideFields(line.subarray(46 + nameLength, 46 + nameLength + extraLength), file)
  // the zip64 extra field's order: size, packed size, header's offset; each only where its field here is 2^32 - 1
  const [bytes, packed, header] = [24, 20, 42].map((field) => {
    const value = line.readUInt32LE(field)
    return value === U32 ? (wide.next().value ?? value) : value
  })
  if (bytes !== packed) throw refuse(`the zip record is stored, yet its sizes differ (${bytes} and ${packed})`)
  return {
    name,
    rawName: line.subarray(46, 46 + nameLength),
    header: header!,
    bytes: bytes!,
    crc: line.readUInt32LE(16),
  }
}

const isUnsafeName = (name: string): boolean =>
  name === '' || name.startsWith('/') || /[\\\0]|^[A-Za-z]:/.test(name) || name.split('/').includes('..')

/** The 64-bit numbers of the zip64 extra field (id 1), in order. */
function* wideFields(extra: Buffer, file: WeightsFile): Generator<number, undefined> {
  for (let at = 0; at + 4 <= extra.length;) {
    const [id, length] = [extra.readUInt16LE(at), extra.readUInt16LE(at + 2)]
    const end = id === 1 ? Math.min(at + 4 + length, extra.length) : 0
    for (let field = at + 4; field + 8 <= end; field += 8) yield toSize(extra.readBigUInt64LE(field), file)
    at += 4 + length
  }
}

/** Reads the record's own header: its data starts after a name and an extra field whose length only it knows. */
async function locate(
  file: WeightsFile,
  { name, rawName, header, bytes, crc }: Listed,
  directory: number,
): Promise<ZipRecord> {
  const damaged = (problem: string) => file.fail(`the zip record ${problem}`, { key: name })
  const nameEnd = header + 30 + rawName.length
  if (nameEnd > directory) throw damaged('lies outside of the file (truncated)')
  const local = await file.read(header, nameEnd - header)
  if (local.readUInt32LE(0) !== 0x0403_4b50) throw damaged('has no header of its own where the list says')
  if (local.readUInt16LE(26) !== rawName.length || !local.subarray(30).equals(rawName))
    throw damaged('has another name in its own header')
  const offset = nameEnd + local.readUInt16LE(28)
  if (offset + bytes > directory) throw damaged('lies outside of the file (truncated)')
  return { name, offset, bytes, crc }
}

function toSize(value: bigint, file: WeightsFile): number {
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw file.fail(`the zip file claims a size of ${value} bytes`)
  return Number(value)
}
