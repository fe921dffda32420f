import { broken } from './byte-source.ts'
import type { ByteSource } from './byte-source.ts'

// WebP container: RFC 9649, section 2. Ours is an XMP packet with one property; ComfyUI writes EXIF texts "name:value".

const NAMESPACE = 'urn:kinograph:1'
const OPEN = '<kinograph:metadata>'
const CLOSE = '</kinograph:metadata>'

/** An XMP packet that carries `text` under METADATA_KEY. */
export const makeXmp = (text: string): string =>
  '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
  + `<rdf:Description rdf:about="" xmlns:kinograph="${NAMESPACE}">${OPEN}${escapeXml(text)}${CLOSE}</rdf:Description>`
  + '</rdf:RDF></x:xmpmeta>'

// JSON holds no bare control characters, so these three are all that XML minds.
const escapeXml = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
const unescapeXml = (text: string) => text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')

const MAX_CHUNKS = 200_000                                              // frames of an animation are chunks

/** Our field from the XMP packet, and ComfyUI's from EXIF. */
export async function readWebpFields(source: ByteSource): Promise<Map<string, string>> {
  const fields = new Map<string, string>()
  const end = 8 + (await source.read(4, 4)).readUInt32LE()
  if (end > source.size) throw broken(source.path, 'it is truncated')
  let position = 12
  for (let count = 0; position + 8 <= end; count++) {
    if (count > MAX_CHUNKS) throw broken(source.path, `it has more than ${MAX_CHUNKS} chunks`)
    const header = await source.read(position, 8)
    const type = header.toString('latin1', 0, 4)
    const length = header.readUInt32LE(4)
    if (position + 8 + length > end) throw broken(source.path, `its chunk ${JSON.stringify(type)} is truncated`)
    if (type === 'XMP ') readXmp(await source.read(position + 8, length), fields)
    if (type === 'EXIF') readExif(await source.read(position + 8, length), fields)
    position += 8 + length + length % 2
  }
  return fields
}

function readXmp(packet: Buffer, into: Map<string, string>): void {
  const text = packet.toString('utf8')
  const start = text.indexOf(OPEN)
  const end = text.indexOf(CLOSE, start)
  if (start >= 0 && end >= 0) into.set('kinograph', unescapeXml(text.slice(start + OPEN.length, end)))
}

const ASCII = 2

/** Texts of the first directory (TIFF 6.0, section 2) that read "name:value"; anything odd is passed over. */
function readExif(chunk: Buffer, into: Map<string, string>): void {
  const tiff = chunk.toString('latin1', 0, 6) === 'Exif\0\0' ? chunk.subarray(6) : chunk
  const order = tiff.toString('latin1', 0, 2)
  if (tiff.length < 10 || (order !== 'II' && order !== 'MM')) return
  const u16 = (at: number) => at + 2 > tiff.length ? 0 : order === 'II' ? tiff.readUInt16LE(at) : tiff.readUInt16BE(at)
  const u32 = (at: number) => at + 4 > tiff.length ? 0 : order === 'II' ? tiff.readUInt32LE(at) : tiff.readUInt32BE(at)
  const directory = u32(4)
  const entries = Math.min(u16(directory), 1_000)
  for (let entry = directory + 2; entry < directory + 2 + entries * 12; entry += 12) {
    if (u16(entry + 2) !== ASCII) continue
    const length = u32(entry + 4)
    const at = length <= 4 ? entry + 8 : u32(entry + 8)
    const [, name, value] = /^([a-z_]{1,32}):(.*)$/is.exec(asciiAt(tiff, at, length)) ?? []
    if (name !== undefined && value !== undefined && !into.has(name)) into.set(name, value)
  }
}

const asciiAt = (tiff: Buffer, at: number, length: number): string =>
  at + length > tiff.length ? '' : tiff.toString('utf8', at, at + length).replace(/\0+$/, '')
