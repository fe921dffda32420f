import { AddedTokenFinder, type AddedToken, type Stretch } from './added-tokens.ts'
import { finish, roomBeside, type Encoded, type EncodeOptions, type Tokenizer } from './encoding.ts'
import { addedTokensOf, objectOf, parseJsonObject, wrong } from './t5-settings.ts'
import { normalizerOf, whiteSpaceAfter, whiteSpaceBefore, type TextStep } from './tokenizer-json-normalizer.ts'
import { preTokenizerOf, type PreTokenizer } from './tokenizer-json-pre-tokenizer.ts'
import { templateOf, type Template } from './tokenizer-json-template.ts'
import { readUnigramJson, type JsonUnigram } from './tokenizer-json-unigram.ts'

/** Rust's `\w`. */
const WORD = '[\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\p{Join_Control}]'
const ENDS_WITH_WORD = new RegExp(`${WORD}$`, 'u')
const STARTS_WITH_WORD = new RegExp(`^${WORD}`, 'u')

/**
 * A `tokenizer.json` with a Unigram model, run as the `tokenizers` library 0.19 runs it (what transformers'
 * T5TokenizerFast is). It differs from the slow tokenizer: characters are normalised by grapheme, and `</s>` is always
 * appended.
 * @param file the file, for messages. @throws DiffusionError when it is damaged, or asks for what T5 doesn't use.
 */
export function readTokenizerJson(text: string, file: string): Tokenizer {
  const json = parseJsonObject(text, file)
  const model = readUnigramJson(objectOf(json['model'], `${file}, model`), file)
  const added = addedTokensOf(json['added_tokens'], file)
  const padding = json['padding'] ? objectOf(json['padding'], `${file}, padding`)['pad_id'] : undefined
  if (padding !== undefined && typeof padding !== 'number') throw wrong(`${file}, pad_id`, 'a number', padding)
  return new JsonTokenizer(model, {
    added,
    normalize: normalizerOf(json['normalizer'], file),
    preTokenize: preTokenizerOf(json['pre_tokenizer'], file),
    template: templateOf(json['post_processor'], file),
    paddingId: padding ?? added.find(({ content }) => content === '<pad>')?.id ?? model.idOf('<pad>') ?? 0,
  })
}

interface Parts {
  readonly added: readonly AddedToken[]
  readonly normalize: TextStep
  readonly preTokenize: PreTokenizer
  readonly template: Template
  readonly paddingId: number
}

class JsonTokenizer implements Tokenizer {
  readonly vocabularySize: number
  readonly #model: JsonUnigram
  readonly #parts: Parts
  readonly #raw: AddedTokenFinder
  readonly #normalized: AddedTokenFinder
  readonly #byId: ReadonlyMap<number, AddedToken>

  constructor(model: JsonUnigram, parts: Parts) {
    this.#model = model
    this.#parts = parts
    this.#byId = new Map(parts.added.map((token) => [token.id, token]))
    this.#raw = new AddedTokenFinder(parts.added.filter(({ normalized }) => !normalized))
    const normalized = parts.added.filter((token) => token.normalized)
    this.#normalized = new AddedTokenFinder(
      normalized.map((token) => ({ ...token, content: parts.normalize(token.content) })),
    )
    this.vocabularySize = model.size + parts.added.filter(({ id }) => id >= model.size).length
  }

  encode(text: string, options: EncodeOptions): Encoded {
    const { before, after } = this.#parts.template
    const room = roomBeside(before.length + after.length, options)
    const ids = this.#tokenize(text)
    const kept = [...before, ...ids.slice(0, room), ...after]
    return finish(kept, Math.max(0, ids.length - room), options, this.#parts.paddingId)
  }

  tokenOf(id: number): string {
    return this.#byId.get(id)?.content ?? this.#model.pieceOf(id)
  }

  #tokenize(text: string): number[] {
    const ids: number[] = []
    for (const raw of stretches(text, this.#raw)) {
      if (raw.token !== null) {
        ids.push(raw.token.id)
        continue
      }
      const normal = this.#parts.normalize(text.slice(raw.start, raw.end))
      for (const { start, end, token } of stretches(normal, this.#normalized)) {
        if (token !== null) ids.push(token.id)
        else this.#encodeStretch(normal.slice(start, end), raw.start === 0 && start === 0, ids)
      }
    }
    return ids
  }

  #encodeStretch(text: string, first: boolean, ids: number[]): void {
    for (const word of this.#parts.preTokenize(text, first)) this.#model.encode(word, ids)
  }
}

/** Added tokens with the white space they swallow, and what lies between (AddedVocabulary::find_matches). */
function stretches(text: string, finder: AddedTokenFinder): Stretch[] {
  const found: Stretch[] = []
  let done = 0
  for (const { start, end, token } of finder.split(text)) {
    if (token === null || (token.singleWord && !standsAlone(text, start, end))) continue
    const from = token.lstrip ? Math.max(done, whiteSpaceBefore(text, start)) : start
    const to = token.rstrip ? whiteSpaceAfter(text, end) : end
    if (done < from) found.push({ start: done, end: from, token: null })
    found.push({ start: from, end: to, token })
    done = to
  }
  if (done < text.length) found.push({ start: done, end: text.length, token: null })
  return found
}

const standsAlone = (text: string, start: number, end: number) =>
  !ENDS_WITH_WORD.test(text.slice(Math.max(0, start - 2), start)) && !STARTS_WITH_WORD.test(text.slice(end, end + 2))
