import { MAX_PIECE } from './byte-source.ts'
import type { ByteSource } from './byte-source.ts'
import { gifBlocks, subBlocks } from './gif-blocks.ts'

// A GIF's only place for texts is the comment extension: ASCII, with no name. Ours begins with "kinograph:".

/** A comment that carries `json` under a name. Letters beyond ASCII are written as JSON escapes. */
export function makeComment(name: string, json: string): Buffer {
  // eslint-disable-next-line no-control-regex -- everything outside printable ASCII is what is escaped
  const ascii = json.replace(/[^\x00-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
  const text = Buffer.from(`${name}:${ascii}`, 'latin1')
  const parts: Buffer[] = [Buffer.from([0x21, 0xfe])]
  for (let at = 0; at < text.length; at += 255) {
    const piece = text.subarray(at, at + 255)
    parts.push(Buffer.from([piece.length]), piece)
  }
  return Buffer.concat([...parts, Buffer.from([0])])
}

/** Texts from the comments in front of the first picture, by their names. */
export async function readGifFields(source: ByteSource): Promise<Map<string, string>> {
  const fields = new Map<string, string>()
  for await (const block of gifBlocks(source)) {
    if (block.kind === 'picture' || block.kind === 'end') break
    if (block.kind !== 'comment') continue
    const text = (await subBlocks(source, block, MAX_PIECE)).toString('latin1')
    const [, name, value] = /^([a-z_]{1,32}):(.*)$/s.exec(text) ?? []
    if (name !== undefined && value !== undefined && !fields.has(name)) fields.set(name, value)
  }
  return fields
}
