import { crc32, inflateSync } from 'node:zlib'
import { broken, MAX_PIECE } from './byte-source.ts'
import type { ByteSource } from './byte-source.ts'

// PNG (Third Edition), W3C 2025: chunks in section 5.3, text chunks in 11.3.3.

export const PNG_SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])

const MAX_CHUNKS = 500_000                                              // a 4 GB picture in IDATs of 8 kB
const MAX_TEXTS = 1_000

/** The PNG with a text field right behind its header, as an uncompressed iTXt chunk (UTF-8). */
export function addPngField(png: Buffer, keyword: string, text: string): Buffer {
  const headerEnd = PNG_SIGNATURE.length + 25                           // IHDR: 13 bytes of content, always first
  const field = pngChunk('iTXt', Buffer.concat([Buffer.from(`${keyword}\0\0\0\0\0`, 'latin1'), Buffer.from(text)]))
  return Buffer.concat([png.subarray(0, headerEnd), field, png.subarray(headerEnd)])
}

/** One chunk: length, type, content, checksum. */
export function pngChunk(type: string, content: Buffer): Buffer {
  const bytes = Buffer.alloc(content.length + 12)
  bytes.writeUInt32BE(content.length)
  bytes.write(type, 4, 'latin1')
  content.copy(bytes, 8)
  bytes.writeUInt32BE(crc32(bytes.subarray(4, -4)), bytes.length - 4)
  return bytes
}

/** The text fields (tEXt, zTXt, iTXt) by keyword, the first of each. Pixels are skipped, not read. */
export async function readPngFields(source: ByteSource): Promise<Map<string, string>> {
  const fields = new Map<string, string>()
  let position = PNG_SIGNATURE.length
  for (let count = 0; position < source.size; count++) {
    if (count > MAX_CHUNKS) throw broken(source.path, `it has more than ${MAX_CHUNKS} chunks`)
    const header = await source.read(position, 8)
    const length = header.readUInt32BE()
    const type = header.toString('latin1', 4, 8)
    const next = position + 12 + length
    if (next > source.size) throw broken(source.path, `its chunk ${JSON.stringify(type)} is truncated`)
    if (type === 'IEND') return fields
    if (isText(type)) {
      const content = await checkedContent(source, position, length, type)
      const found = TEXTS[type](content, source.path)
      if (found && !fields.has(found.keyword)) fields.set(found.keyword, found.text)
      if (fields.size > MAX_TEXTS) throw broken(source.path, `it has more than ${MAX_TEXTS} text fields`)
    }
    position = next
  }
  throw broken(source.path, 'it ends before its IEND chunk')
}

async function checkedContent(source: ByteSource, position: number, length: number, type: string): Promise<Buffer> {
  const bytes = await source.read(position + 4, length + 8)            // type, content, checksum
  if (crc32(bytes.subarray(0, -4)) === bytes.readUInt32BE(length + 4)) return bytes.subarray(4, -4)
  throw broken(source.path, `the checksum of its chunk "${type}" is wrong`)
}

interface Field { readonly keyword: string; readonly text: string }

const TEXTS = { tEXt: readText, zTXt: readCompressed, iTXt: readInternational }
const isText = (type: string): type is keyof typeof TEXTS => Object.hasOwn(TEXTS, type)

function readText(content: Buffer): Field | null {
  const [keyword, rest] = splitAtZero(content)
  return rest && { keyword: keyword.toString('latin1'), text: rest.toString('latin1') }
}

function readCompressed(content: Buffer, path: string): Field | null {
  const [keyword, rest] = splitAtZero(content)
  if (!rest || rest[0] !== 0) return null                              // method 0 is the only one
  return { keyword: keyword.toString('latin1'), text: inflate(rest.subarray(1), path).toString('latin1') }
}

function readInternational(content: Buffer, path: string): Field | null {
  const [keyword, rest] = splitAtZero(content)
  if (!rest || rest.length < 4) return null
  const [, afterLanguage] = splitAtZero(rest.subarray(2))
  const [, text] = afterLanguage ? splitAtZero(afterLanguage) : []
  if (!text) return null
  const bytes = rest[0] === 1 ? inflate(text, path) : text
  return { keyword: keyword.toString('latin1'), text: bytes.toString('utf8') }
}

function splitAtZero(bytes: Buffer): [Buffer, Buffer | null] {
  const zero = bytes.indexOf(0)
  return zero < 0 ? [bytes, null] : [bytes.subarray(0, zero), bytes.subarray(zero + 1)]
}

function inflate(bytes: Buffer, path: string): Buffer {
  try {
    return inflateSync(bytes, { maxOutputLength: MAX_PIECE })
  } catch (error) {
    throw broken(path, 'one of its compressed texts is damaged or too large', error)
  }
}
