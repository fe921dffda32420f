/**
 * A reader for protocol-buffer messages that may be damaged: every length is checked against what is left, and nothing
 * is allocated on a file's word. Only the wire types that SentencePiece models use; groups are refused.
 */

/** One field of a message: its number, and its value by wire type (a varint, a fixed 32/64-bit word, or bytes). */
export interface ProtobufField {
  readonly number: number
  readonly wire: 0 | 1 | 2 | 5
  /** Varint value; exact up to 2^53. Zero for other wire types. */
  readonly varint: number
  /** The bytes of a length-delimited field, or the 4 or 8 bytes of a fixed one; a view, not a copy. */
  readonly bytes: Uint8Array
}

/** What is wrong with the bytes, and where; the caller adds which file it was. */
export class ProtobufError extends Error {
  override readonly name = 'ProtobufError'
}

const NOTHING = new Uint8Array(0)
const WIDTH: Readonly<Record<number, number>> = { 1: 8, 5: 4 }

/** Walk over the fields of one message, in file order. @throws ProtobufError on truncated or malformed bytes. */
export function* protobufFields(message: Uint8Array): Generator<ProtobufField> {
  const cursor = { at: 0 }
  while (cursor.at < message.length) {
    const start = cursor.at
    const tag = readVarint(message, cursor)
    const number = Math.floor(tag / 8)
    const wire = tag % 8
    if (number === 0) throw new ProtobufError(`field number 0 at byte ${start}`)
    if (wire === 0) {
      yield { number, wire, varint: readVarint(message, cursor), bytes: NOTHING }
    } else if (wire === 1 || wire === 2 || wire === 5) {
      const length = WIDTH[wire] ?? readVarint(message, cursor)
      const left = message.length - cursor.at
      if (length > left) throw new ProtobufError(`field ${number} at byte ${start} has ${length} bytes of ${left} left`)
      yield { number, wire, varint: 0, bytes: message.subarray(cursor.at, (cursor.at += length)) }
    } else {
      throw new ProtobufError(`unknown wire type ${wire} at byte ${start}`)
    }
  }
}

function readVarint(message: Uint8Array, cursor: { at: number }): number {
  let value = 0
  let scale = 1
  for (let i = 0; i < 10; i++) {
    const byte = message[cursor.at]
    if (byte === undefined) throw new ProtobufError(`the bytes end inside a number at byte ${cursor.at}`)
    cursor.at++
    value += (byte & 0x7f) * scale
    if (byte < 0x80) return value
    scale *= 128
  }
  throw new ProtobufError(`a number at byte ${cursor.at - 10} is longer than 10 bytes`)
}

/** The 4 bytes of a fixed 32-bit field as IEEE float. */
export const floatOf = ({ bytes }: ProtobufField): number =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getFloat32(0, true)
