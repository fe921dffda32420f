/**
 * A protobuf message being written: as much of the encoding as ONNX needs. It grows in one buffer, since a graph has
 * thousands of small fields and start-up waits for them.
 */
export class Message {
  #buffer = spare.pop() ?? new Uint8Array(1024)
  #length = 0

  /** An integer field (int64 as two's complement; enum; bool). */
  int(field: number, value: number | bigint): this {
    return this.#varint(field << 3).#varint(value)
  }

  /** A 32-bit float field. */
  float(field: number, value: number): this {
    return this.#varint((field << 3) | 5).#raw(new Uint8Array(new Float32Array([value]).buffer))
  }

  string(field: number, text: string): this {
    if (!isAscii(text)) return this.bytes(field, encoder.encode(text))
    this.#varint((field << 3) | 2)
      .#varint(text.length)
      .#reserve(text.length)
    for (let i = 0; i < text.length; i++) this.#buffer[this.#length + i] = text.charCodeAt(i)
    this.#length += text.length
    return this
  }

  bytes(field: number, data: Uint8Array): this {
    return this.#varint((field << 3) | 2)
      .#varint(data.length)
      .#raw(data)
  }

  /** A message inside this one; it is copied, and ends with this call: its buffer serves the next message. */
  message(field: number, inner: Message): this {
    const buffer = inner.#buffer
    this.bytes(field, buffer.subarray(0, inner.#length))
    inner.#length = 0
    inner.#buffer = EMPTY
    if (buffer.length <= SPARE_BYTES) spare.push(buffer)
    return this
  }

  /** Several integers, packed. */
  ints(field: number, values: readonly (number | bigint)[]): this {
    const packed = new Message()
    for (const value of values) packed.#varint(value)
    return this.message(field, packed)
  }

  finish(): Uint8Array {
    return this.#buffer.slice(0, this.#length)
  }

  #raw(data: Uint8Array): this {
    this.#reserve(data.length)
    this.#buffer.set(data, this.#length)
    this.#length += data.length
    return this
  }

  #varint(value: number | bigint): this {
    this.#reserve(10)
    if (typeof value === 'bigint' || value < 0 || value > 0x7fffffff)
      return this.#longVarint(BigInt.asUintN(64, BigInt(value)))
    let rest = value
    for (; rest > 127; rest >>>= 7) this.#buffer[this.#length++] = (rest & 127) | 128
    this.#buffer[this.#length++] = rest
    return this
  }

  #longVarint(value: bigint): this {
    let rest = value
    for (; rest > 127n; rest >>= 7n) this.#buffer[this.#length++] = Number(rest & 127n) | 128
    this.#buffer[this.#length++] = Number(rest)
    return this
  }

  /** Makes room for `more` bytes. */
  #reserve(more: number): void {
    if (this.#length + more <= this.#buffer.length) return
    const larger = new Uint8Array(Math.max(2 * this.#buffer.length, this.#length + more))
    larger.set(this.#buffer.subarray(0, this.#length))
    this.#buffer = larger
  }
}

const encoder = new TextEncoder()
const EMPTY = new Uint8Array(0)
/** Larger buffers hold weights, and are let go. */
const SPARE_BYTES = 1 << 20
/** Buffers of messages that were copied into others: a graph has thousands, never more than a few at a time. */
const spare: Uint8Array<ArrayBuffer>[] = []

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 127) return false
  return true
}
