import { DiffusionError } from '../error.ts'
import { AddedTokenFinder, type AddedToken } from './added-tokens.ts'
import { finish, roomBeside, type Encoded, type EncodeOptions, type Tokenizer } from './encoding.ts'
import { lstrip, rstrip } from './python-strings.ts'
import type { SentencePiece } from './sentencepiece.ts'
import { plainToken, type T5Settings, type TokenSpec } from './t5-settings.ts'

const MARK = '\u2581'

/**
 * transformers 4.40's slow T5Tokenizer (models/t5/tokenization_t5.py): the text is split at added tokens, and each
 * stretch between them goes through SentencePiece on its own. `</s>` is appended unless the text ends with it.
 */
export class T5Tokenizer implements Tokenizer {
  readonly vocabularySize: number
  readonly #pieces: SentencePiece
  readonly #settings: T5Settings
  readonly #added: AddedTokenFinder
  readonly #byId: ReadonlyMap<number, AddedToken>
  /** Pieces that are added tokens too, under another id: their id as a piece, and the added token's, which counts. */
  readonly #renumbered: ReadonlyMap<number, number>
  readonly #eosId: number
  readonly #paddingId: number
  /** Tokens that count as special where a leading space is dropped before one. */
  readonly #special: ReadonlySet<string>
  readonly #unknownLength: number

  /** @param pieces the model; without the legacy behaviour it must not add a leading space itself. */
  constructor(pieces: SentencePiece, settings: T5Settings) {
    this.#pieces = pieces
    this.#settings = settings
    const tokens = addedTokens(pieces, settings)
    this.#byId = new Map(tokens.map((token) => [token.id, token]))
    this.#added = new AddedTokenFinder(this.#byId.values())
    const alsoPieces = tokens.filter(({ content }) => isPiece(pieces, content))
    this.#renumbered = new Map(alsoPieces.map(({ content, id }) => [pieces.idOf(content), id]))
    this.vocabularySize = tokens.reduce((size, { id }) => Math.max(size, id + 1), pieces.size)
    this.#eosId = this.#idOf(settings.eos.content)
    this.#paddingId = this.#idOf(settings.padding.content)
    this.#special = new Set(specialTokens(settings).map(({ content }) => content))
    this.#unknownLength = settings.legacy ? 0 : pieces.encode(settings.unknown.content).length
  }

  encode(text: string, options: EncodeOptions): Encoded {
    const room = roomBeside(1, options)
    const ids = this.#tokenize(text)
    const kept = ids.slice(0, room)
    if (kept.at(-1) !== this.#eosId) kept.push(this.#eosId)
    return finish(kept, Math.max(0, ids.length - room), options, this.#paddingId)
  }

  tokenOf(id: number): string {
    return this.#byId.get(id)?.content ?? this.#pieces.pieceOf(id < this.#pieces.size ? id : this.#pieces.unknownId)
  }

  #idOf(token: string): number {
    return this.#added.byContent.get(token)?.id ?? this.#pieces.idOf(token)
  }

  #tokenize(text: string): number[] {
    const { legacy, addPrefixSpace } = this.#settings
    if (legacy || text === '') return this.#splitAndEncode(text).ids
    const spaced = text.replaceAll(MARK, ' ')
    const { ids, second } = this.#splitAndEncode(addPrefixSpace ? MARK + spaced : spaced)
    const beforeSpecial = second !== null && this.#special.has(second.content)
    return beforeSpecial && ids[0] === this.#pieces.idOf(MARK) ? ids.slice(1) : ids
  }

  /** Ids of a text, and the added token that its second id comes from, if it comes from one. */
  #splitAndEncode(text: string): { ids: number[]; second: AddedToken | null } {
    const parts = this.#added.split(text).map(({ start, end }) => text.slice(start, end))
    for (let i = 0; i < parts.length; i++) {
      const token = this.#added.byContent.get(parts[i]!)
      if (token !== undefined) giveRoom(parts, i, token)
    }
    const ids: number[] = []
    let second: AddedToken | null = null
    for (const part of parts) {
      const token = this.#added.byContent.get(part)
      if (token === undefined) {
        for (const id of part === '' ? [] : this.#encodeStretch(part)) ids.push(this.#renumbered.get(id) ?? id)
      } else if (ids.push(token.id) === 2) {
        second = token
      }
    }
    return { ids, second }
  }

  /** SentencePiece drops a leading space; behind the unknown token's text it can't, and that text is cut off again. */
  #encodeStretch(part: string): number[] {
    if (this.#settings.legacy || !(part.startsWith(MARK) || part.startsWith(' '))) return this.#pieces.encode(part)
    const ids = this.#pieces.encode(this.#settings.unknown.content + part)
    return ids.length >= this.#unknownLength ? ids.slice(this.#unknownLength) : ids
  }
}

/** An added token takes the white space beside it, or steps back where it must stand alone but doesn't. */
function giveRoom(parts: string[], i: number, token: AddedToken): void {
  const left = parts[i - 1]
  const right = parts[i + 1]
  if (token.rstrip && right) parts[i + 1] = lstrip(right)
  if (token.lstrip && left) parts[i - 1] = rstrip(left)
  if (!token.singleWord) return
  if (left && !left.endsWith(' ')) {
    parts[i - 1] += token.content
    parts[i] = ''
  } else if (right && !right.startsWith(' ')) {
    parts[i + 1] = token.content + parts[i + 1]!
    parts[i] = ''
  }
}

/** Special tokens in the order in which transformers adds them. */
const specialTokens = (settings: T5Settings): TokenSpec[] => [
  ...settings.others,
  settings.eos,
  settings.unknown,
  settings.padding,
  ...(settings.additional ?? extraIdTokens(settings.extraIds)),
]

const extraIdTokens = (count: number): TokenSpec[] =>
  Array.from({ length: count }, (_, i) => ({ ...plainToken(`<extra_id_${i}>`), lstrip: true, rstrip: true }))

/** Added tokens with ids: `<extra_id_N>` count down to the end of the pieces, files fix others, the rest follow. */
function addedTokens(pieces: SentencePiece, settings: T5Settings): AddedToken[] {
  const byId = new Map<number, AddedToken>()
  const ids = new Map<string, number>()
  const add = (token: AddedToken) => {
    byId.set(token.id, token)
    ids.set(token.content, token.id)
  }
  const extra = extraIdTokens(countExtraIds(settings))
  extra.forEach((token, i) => add({ ...token, id: pieces.size - 1 + settings.extraIds - i }))
  settings.added.forEach(add)
  let next = pieces.size + [...ids.keys()].filter((content) => !isPiece(pieces, content)).length
  for (const token of specialTokens(settings)) {
    if (ids.has(token.content)) continue
    add({ ...token, id: isPiece(pieces, token.content) ? pieces.idOf(token.content) : next++ })
  }
  return [...byId.values()]
}

const isPiece = (pieces: SentencePiece, content: string) => pieces.pieceOf(pieces.idOf(content)) === content

/** How many `<extra_id_N>` tokens there are. @throws DiffusionError when the configs contradict each other. */
function countExtraIds({ additional, extraIds }: T5Settings): number {
  if (additional === null) return extraIds
  const listed = additional.filter(({ content }) => content.includes('<extra_id_')).length
  if (listed === 0 || extraIds === 0 || listed === extraIds) return listed
  throw new DiffusionError({
    field: 'additional_special_tokens',
    expected: `${extraIds} <extra_id_N> tokens, as extra_ids says`,
    found: `${listed}`,
    remedy: 'Make extra_ids and additional_special_tokens of tokenizer_config.json agree.',
  })
}
