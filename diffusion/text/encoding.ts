import { DiffusionError } from '../error.ts'

export interface EncodeOptions {
  /** Most ids to return, the end-of-text id included; at least 1. What doesn't fit is cut off at the end. */
  readonly maxLength: number
  /** Fill up to `maxLength` with the padding id (mask 0). */
  readonly pad?: boolean
}

export interface Encoded {
  /** Token ids, [length]. */
  readonly ids: number[]
  /** 1 where a token stands, 0 where padding does, [length]. */
  readonly mask: number[]
  /** How many tokens were cut off because of `maxLength`. */
  readonly dropped: number
}

export interface Tokenizer {
  /** Token ids of a text. A lone surrogate in it counts as U+FFFD. */
  encode(text: string, options: EncodeOptions): Encoded
  /** The text of a token, as the vocabulary has it; the unknown token's text for an id that is none. */
  tokenOf(id: number): string
  /** Ids lie below this number: pieces and added tokens together. */
  readonly vocabularySize: number
}

/** How many tokens fit beside `special` ones. @throws DiffusionError when `maxLength` has no room even for those. */
export function roomBeside(special: number, { maxLength }: EncodeOptions): number {
  if (Number.isInteger(maxLength) && maxLength >= special) return maxLength - special
  throw new DiffusionError({
    field: 'maxLength',
    expected: `a whole number from ${special}`,
    found: String(maxLength),
    remedy: 'Give the number of tokens that the text encoder takes (120 for EasyAnimate V1).',
  })
}

/** Ids and mask, padded where that is asked for: the last step of every tokenizer. */
export function finish(ids: readonly number[], dropped: number, options: EncodeOptions, paddingId: number): Encoded {
  const missing = options.pad === true ? Math.max(0, options.maxLength - ids.length) : 0
  const mask = [...repeat(1, ids.length), ...repeat(0, missing)]
  return { ids: [...ids, ...repeat(paddingId, missing)], mask, dropped }
}

const repeat = (value: number, count: number) => Array.from({ length: count }, () => value)
