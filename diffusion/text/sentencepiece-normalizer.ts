import { DiffusionError } from '../error.ts'
import { ByteBuffer } from './byte-buffer.ts'
import type { ByteTrie } from './byte-trie.ts'
import { PrecompiledCharsmap } from './precompiled-charsmap.ts'
import type { NormalizerSpec } from './sentencepiece-model.ts'
import { utf8Length } from './unigram.ts'

/** U+2581, the visible space that pieces carry, in UTF-8. */
export const SPACE_MARK = Uint8Array.of(0xe2, 0x96, 0x81)
const SPACE = Uint8Array.of(0x20)
const LARGEST_OUTPUT = 2 ** 28

/**
 * The text preparation of a SentencePiece model: characters replaced by the model's own table, runs of spaces made one,
 * spaces made visible, a space put in front (sentencepiece src/normalizer.cc, Normalizer::Normalize).
 */
export class SentencePieceNormalizer {
  readonly #spec: NormalizerSpec
  readonly #charsmap: PrecompiledCharsmap | null
  readonly #userDefined: ByteTrie | null

  /** @param userDefined pieces that pass through untouched. @param source the file, for messages. */
  constructor(spec: NormalizerSpec, userDefined: ByteTrie | null, source: string) {
    this.#spec = spec
    this.#userDefined = userDefined
    this.#charsmap = spec.charsmap.length === 0 ? null : new PrecompiledCharsmap(spec.charsmap, source)
  }

  /** UTF-8 in, prepared UTF-8 out. */
  normalize(text: Uint8Array): Uint8Array {
    const spec = this.#spec
    const space = spec.escapeWhitespaces ? SPACE_MARK : SPACE
    const cursor = { at: 0 }
    if (spec.removeExtraWhitespaces) this.#skipSpaces(text, cursor)
    const out = new ByteBuffer(text.length + 16)
    if (cursor.at >= text.length) return out.taken()
    if (spec.addDummyPrefix && !spec.whitespaceAsSuffix) out.push(space)

    let afterSpace = spec.removeExtraWhitespaces
    while (cursor.at < text.length) {
      const part = this.#next(text, cursor)
      const from = afterSpace ? spacesAtStart(part) : 0
      for (let i = from; i < part.length; i++) {
        if (part[i] === 0x20) out.push(space)
        else out.pushByte(part[i]!)
      }
      if (from < part.length) afterSpace = part[part.length - 1] === 0x20
      if (!spec.removeExtraWhitespaces) afterSpace = false
      if (out.length > LARGEST_OUTPUT) throw tooLong()
    }
    if (spec.removeExtraWhitespaces) while (out.endsWith(space)) out.drop(space.length)
    if (spec.addDummyPrefix && spec.whitespaceAsSuffix) out.push(space)
    return out.taken()
  }

  #skipSpaces(text: Uint8Array, cursor: { at: number }): void {
    while (cursor.at < text.length) {
      const ahead = { at: cursor.at }
      const part = this.#next(text, ahead)
      if (part.length !== 1 || part[0] !== 0x20) return
      cursor.at = ahead.at
    }
  }

  /** What stands for the next characters of the text; moves past them. */
  #next(text: Uint8Array, cursor: { at: number }): Uint8Array {
    const from = cursor.at
    const kept = this.#userDefined?.longestAt(text, from) ?? 0
    const rule = kept > 0 ? null : (this.#charsmap?.match(text, from, text.length) ?? null)
    cursor.at += rule?.length ?? (kept > 0 ? kept : Math.min(utf8Length(text[from]!), text.length - from))
    return rule?.replacement ?? text.subarray(from, cursor.at)
  }
}

function spacesAtStart(part: Uint8Array): number {
  let count = 0
  while (count < part.length && part[count] === 0x20) count++
  return count
}

const tooLong = () =>
  new DiffusionError({
    field: 'prompt',
    expected: `at most ${LARGEST_OUTPUT} bytes once normalised`,
    found: 'more',
    remedy: 'Shorten the prompt.',
  })
