import type { Fail } from './error.ts'

/** Longest whole number (bytes) that is read: a checkpoint's counters and seeds have 8 or fewer. */
const MAX_LONG_BYTES = 64

/** The bytes of a pickle, read in order. Every read is checked against their end. */
export class PickleStream {
  readonly #bytes: Buffer
  readonly #fail: Fail
  #at = 0

  constructor(bytes: Buffer, fail: Fail) {
    this.#bytes = bytes
    this.#fail = fail
  }

  u8 = (): number => this.#bytes.readUInt8(this.#take(1))
  u16 = (): number => this.#bytes.readUInt16LE(this.#take(2))
  u32 = (): number => this.#bytes.readUInt32LE(this.#take(4))
  i32 = (): number => this.#bytes.readInt32LE(this.#take(4))
  u64 = (): number => Number(this.#bytes.readBigUInt64LE(this.#take(8)))
  f64 = (): number => this.#bytes.readDoubleBE(this.#take(8))

  bytes(length: number): Buffer {
    const start = this.#take(length)
    return this.#bytes.subarray(start, start + length)
  }

  text = (length: number): string => this.bytes(length).toString('utf8')

  skip(length: number): void {
    this.#take(length)
  }

  /** Text up to the end of the line, which is consumed. */
  line(): string {
    const end = this.#bytes.indexOf(0x0a, this.#at)
    if (end < 0) throw this.#ended()
    const text = this.text(end - this.#at)
    this.skip(1)
    return text
  }

  /** A little-endian two's complement number of `length` bytes. */
  long(length: number): number | bigint {
    if (length < 0 || length > MAX_LONG_BYTES) throw this.#fail(`the pickle holds a whole number of ${length} bytes`)
    const digits = Buffer.from(this.bytes(length)).reverse().toString('hex')
    const value = length === 0 ? 0n : BigInt.asIntN(length * 8, BigInt(`0x${digits}`))
    return Number.isSafeInteger(Number(value)) ? Number(value) : value
  }

  protocol(): void {
    const version = this.u8()
    if (version > 5) throw this.#fail(`the pickle has protocol ${version}, up to 5 are known`)
  }

  #take(length: number): number {
    const start = this.#at
    if (length < 0 || start + length > this.#bytes.length) throw this.#ended()
    this.#at += length
    return start
  }

  #ended() {
    return this.#fail(`the pickle ends at byte ${this.#bytes.length}, in the middle (truncated)`)
  }
}
