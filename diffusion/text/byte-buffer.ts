/** Bytes that grow at the end. */
export class ByteBuffer {
  #bytes: Uint8Array
  #length = 0

  constructor(capacity: number) {
    this.#bytes = new Uint8Array(capacity)
  }

  get length(): number {
    return this.#length
  }

  push(part: Uint8Array): void {
    this.#reserve(part.length)
    for (let i = 0; i < part.length; i++) this.#bytes[this.#length + i] = part[i]!
    this.#length += part.length
  }

  pushByte(byte: number): void {
    this.#reserve(1)
    this.#bytes[this.#length++] = byte
  }

  endsWith(part: Uint8Array): boolean {
    if (part.length > this.#length) return false
    return part.every((byte, i) => this.#bytes[this.#length - part.length + i] === byte)
  }

  /** Remove the last `count` bytes. */
  drop(count: number): void {
    this.#length -= count
  }

  /** The bytes so far; a view that later pushes may outgrow. */
  taken(): Uint8Array {
    return this.#bytes.subarray(0, this.#length)
  }

  #reserve(extra: number): void {
    if (this.#length + extra <= this.#bytes.length) return
    const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + extra))
    grown.set(this.#bytes.subarray(0, this.#length))
    this.#bytes = grown
  }
}
