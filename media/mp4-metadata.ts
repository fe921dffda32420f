import { broken } from './byte-source.ts'
import type { ByteSource } from './byte-source.ts'
import { boxes, findBox, makeBox } from './mp4-boxes.ts'
import type { Box } from './mp4-boxes.ts'

// Named values in moov/udta/meta, the layout of ffmpeg's `-movflags use_metadata_tags` (QuickTime File Format,
// "Metadata": handler mdta, a table of keys, and items in ilst that count through it).

const FULL_BOX = Buffer.alloc(4)                                        // version 0, no flags
const UTF8 = Buffer.from([0, 0, 0, 1, 0, 0, 0, 0])                      // well-known type 1, no locale

/** The `udta` box that carries these fields. */
export function makeUdta(fields: ReadonlyMap<string, string>): Buffer {
  const keys = [...fields.keys()].map((key) => makeBox('mdta', Buffer.from(key)))
  const items = [...fields.values()].map((value, index) =>
    makeItem(index + 1, makeBox('data', UTF8, Buffer.from(value))))
  const handler = Buffer.concat([Buffer.alloc(4), Buffer.from('mdta'), Buffer.alloc(13)])
  return makeBox('udta', makeBox('meta',
    FULL_BOX,
    makeBox('hdlr', FULL_BOX, handler),
    makeBox('keys', FULL_BOX, uint32(keys.length), ...keys),
    makeBox('ilst', ...items)))
}

function makeItem(index: number, data: Buffer): Buffer {
  const item = makeBox('\0\0\0\0', data)
  item.writeUInt32BE(index, 4)                                          // an item's type is the number of its key
  return item
}

const uint32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

/** The text fields of an mp4 or mov file by name (by iTunes' four letters where it has those). */
export async function readMp4Fields(source: ByteSource): Promise<Map<string, string>> {
  const fields = new Map<string, string>()
  const moov = await findBox(source, 0, source.size, ['moov'])
  if (!moov) throw broken(source.path, 'it has no "moov" box: its writer did not finish it')
  for (const path of [['udta', 'meta'], ['meta']]) {
    const meta = await findBox(source, moov.content, moov.end, path)
    if (meta) await readMeta(source, meta, fields)
  }
  return fields
}

async function readMeta(source: ByteSource, meta: Box, into: Map<string, string>): Promise<void> {
  const parts = await boxes(source, await firstChild(source, meta), meta.end)
  const keys = parts.find(({ type }) => type === 'keys')
  const ilst = parts.find(({ type }) => type === 'ilst')
  if (!ilst) return
  const names = keys ? (await boxes(source, keys.content + 8, keys.end)) : []
  for (const item of await boxes(source, ilst.content, ilst.end)) {
    const name = await nameOf(source, item, names)
    const value = await textOf(source, item)
    if (name !== null && value !== null && !into.has(name)) into.set(name, value)
  }
}

/** ISO's meta box has four bytes of version and flags before its children, QuickTime's has not. */
async function firstChild(source: ByteSource, meta: Box): Promise<number> {
  if (meta.end - meta.content < 8) return meta.end
  const type = (await source.read(meta.content + 4, 4)).toString('latin1')
  return type === 'hdlr' ? meta.content : meta.content + 4
}

async function nameOf(source: ByteSource, item: Box, names: readonly Box[]): Promise<string | null> {
  const index = Buffer.from(item.type, 'latin1').readUInt32BE()
  const key = names[index - 1]
  if (!key) return index > 0xffff ? item.type : null                    // ©nam and its like, or a key that is missing
  if (key.end - key.content > 1024) throw broken(source.path, 'the name of one of its fields is longer than 1024 bytes')
  return (await source.read(key.content, key.end - key.content)).toString('utf8')
}

async function textOf(source: ByteSource, item: Box): Promise<string | null> {
  const data = await findBox(source, item.content, item.end, ['data'])
  if (!data || data.end - data.content < 8) return null
  const kind = (await source.read(data.content, 4)).readUInt32BE()
  if (kind !== 1) return null                                           // pictures, numbers
  return (await source.read(data.content + 8, data.end - data.content - 8)).toString('utf8')
}
