/** What a safetensors file says of itself: the `__metadata__` of its header. */
import { isRecord, own } from '../../../core/comfy/fields.ts'
import type { Json, JsonObject } from '../../../core/types/json.ts'
import type { OpenedFile } from '../../assets/open-inside.ts'
import { refusal } from '../errors.ts'

/** Bytes of a header that is read; ComfyUI has the same limit. */
const MOST = 2 ** 20

/** The metadata; `undefined` where there is none. Closes the file. @throws ComfyRefusal for what is no such file */
export async function metadataOf({ handle, stats, name }: OpenedFile): Promise<JsonObject | undefined> {
  try {
    if (!name.toLowerCase().endsWith('.safetensors')) throw unreadable(name, 'Only .safetensors files carry metadata.')
    const length = await read(0, 8).then((head) => (head.length === 8 ? head.readBigUInt64LE() : 0n))
    if (length < 2n || length > BigInt(stats.size - 8)) throw unreadable(name, 'Its header is broken.')
    if (length > BigInt(MOST)) throw unreadable(name, `Its header is larger than ${MOST} bytes.`)
    const header = parse(await read(8, Number(length)), name)
    const metadata = isRecord(header) ? own(header, '__metadata__') : undefined
    return isRecord(metadata) ? metadata : undefined
  } finally {
    await handle.close()
  }

  async function read(from: number, bytes: number): Promise<Buffer> {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(bytes), 0, bytes, from)
    return buffer.subarray(0, bytesRead)
  }
}

function parse(bytes: Buffer, name: string): Json {
  try {
    return JSON.parse(bytes.toString('utf8')) as Json // JSON.parse gives JSON
  } catch {
    throw unreadable(name, 'Its header is no JSON.')
  }
}

function unreadable(name: string, why: string) {
  return refusal(400, 'unreadable', `The metadata of ${name} can't be read.`, why)
}
