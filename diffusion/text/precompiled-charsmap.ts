import { DiffusionError } from '../error.ts'

/** Replacements found for the start of a text: how many of its bytes it covers, and what stands in their place. */
export interface CharsmapMatch {
  readonly length: number
  readonly replacement: Uint8Array
}

/**
 * SentencePiece's `precompiled_charsmap`: text normalisation (NFKC and more) as a double-array trie from UTF-8 byte
 * sequences to zero-terminated replacements (darts-clone's unit layout; sentencepiece src/normalizer.cc).
 * Nothing in the blob is trusted: a unit that points outside ends the walk.
 */
export class PrecompiledCharsmap {
  readonly #units: Uint32Array
  readonly #replacements: Uint8Array
  readonly #source: string

  /** @param source the file, for messages. @throws DiffusionError when the blob's parts don't fit its size. */
  constructor(blob: Uint8Array, source: string) {
    const view = new DataView(blob.buffer, blob.byteOffset, blob.byteLength)
    const trieBytes = blob.length >= 4 ? view.getUint32(0, true) : 0
    if (blob.length <= 4 || trieBytes % 4 !== 0 || trieBytes === 0 || trieBytes >= blob.length - 4) {
      throw damaged(source, `a trie of ${trieBytes} bytes in ${blob.length}`)
    }
    const aligned = Uint8Array.from(blob.subarray(4, 4 + trieBytes))
    this.#units = new Uint32Array(aligned.buffer) // the file is little endian, and so are x64 and arm64
    this.#replacements = blob.subarray(4 + trieBytes)
    this.#source = source
  }

  /** The longest rule (or the first, which is the shortest) for the text that starts at `from` and ends before `to`. */
  match(text: Uint8Array, from: number, to: number, which: 'longest' | 'first' = 'longest'): CharsmapMatch | null {
    const units = this.#units
    let node = offsetOf(units[0]!)
    let length = 0
    let value = 0
    for (let at = from; at < to; at++) {
      node ^= text[at]!
      const unit = node < units.length ? units[node]! : undefined
      if (unit === undefined || labelOf(unit) !== text[at]) break
      node ^= offsetOf(unit)
      if (!hasLeaf(unit) || node >= units.length) continue
      length = at + 1 - from
      value = units[node]! & 0x7fffffff
      if (which === 'first') break
    }
    return length === 0 ? null : { length, replacement: this.#replacementAt(value) }
  }

  #replacementAt(start: number): Uint8Array {
    const end = this.#replacements.indexOf(0, start)
    const inside = start < this.#replacements.length && end >= 0
    if (!inside) throw damaged(this.#source, `a rule that points to byte ${start}`)
    return this.#replacements.subarray(start, end)
  }
}

// A darts-clone unit: label in bits 0-7 (bit 31 set in leaves), bit 8 "a leaf follows", bit 9 scales the offset by 256.
const labelOf = (unit: number): number => (unit & 0x800000ff) >>> 0
const hasLeaf = (unit: number): boolean => ((unit >>> 8) & 1) === 1
const offsetOf = (unit: number): number => (unit >>> 10) << ((unit & 0x200) >>> 6)

const damaged = (source: string, found: string) =>
  new DiffusionError({
    field: `${source}, precompiled_charsmap`,
    expected: 'a double-array trie followed by its replacements',
    found,
    remedy: 'The file is damaged: download it again.',
  })
