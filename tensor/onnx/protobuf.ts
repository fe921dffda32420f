/** A protobuf message being written: as much of the encoding as ONNX needs. Parts are not copied until `finish`. */
export class Message {
  readonly #parts: Uint8Array[] = []
  #length = 0

  /** An integer field (int64 as two's complement; enum; bool). */
  int(field: number, value: number | bigint): this {
    return this.#add(varint(field << 3)).#add(varint(value))
  }

  /** A 32-bit float field. */
  float(field: number, value: number): this {
    return this.#add(varint((field << 3) | 5)).#add(new Uint8Array(new Float32Array([value]).buffer))
  }

  string(field: number, text: string): this {
    return this.bytes(field, encoder.encode(text))
  }

  bytes(field: number, data: Uint8Array): this {
    return this.#add(varint((field << 3) | 2)).#add(varint(data.length)).#add(data)
  }

  message(field: number, inner: Message): this {
    this.#add(varint((field << 3) | 2)).#add(varint(inner.#length))
    for (const part of inner.#parts) this.#add(part)
    return this
  }

  /** Several integers, packed. */
  ints(field: number, values: readonly (number | bigint)[]): this {
    const packed = new Message()
    for (const value of values) packed.#add(varint(value))
    return this.message(field, packed)
  }

  finish(): Uint8Array {
    const out = new Uint8Array(this.#length)
    let at = 0
    for (const part of this.#parts) {
      out.set(part, at)
      at += part.length
    }
    return out
  }

  #add(part: Uint8Array): this {
    this.#parts.push(part)
    this.#length += part.length
    return this
  }
}

const encoder = new TextEncoder()

function varint(value: number | bigint): Uint8Array {
  let rest = BigInt.asUintN(64, BigInt(value))
  const out: number[] = []
  while (rest > 127n) {
    out.push(Number(rest & 127n) | 128)
    rest >>= 7n
  }
  out.push(Number(rest))
  return Uint8Array.from(out)
}
