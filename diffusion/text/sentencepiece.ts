import { ByteTrie } from './byte-trie.ts'
import { modelError, PieceType, readSentencePieceModel } from './sentencepiece-model.ts'
import type { NormalizerSpec, SentencePieceModel } from './sentencepiece-model.ts'
import { SentencePieceNormalizer } from './sentencepiece-normalizer.ts'
import { bytePiece } from './byte-piece.ts'
import { segment, type Segmentation, type UnigramPieces } from './unigram.ts'

const utf8 = new TextEncoder()
const text = new TextDecoder('utf-8', { ignoreBOM: true })
/** C++'s FLT_MIN and FLT_MAX, where SentencePiece starts its search for the highest and the lowest score. */
const SMALLEST_FLOAT = 2 ** -126
const LARGEST_FLOAT = (2 - 2 ** -23) * 2 ** 127

/** A unigram SentencePiece processor: text to piece ids, as `SentencePieceProcessor::Encode` gives them. */
export class SentencePiece {
  readonly size: number
  readonly unknownId: number
  readonly #model: SentencePieceModel
  readonly #pieces: UnigramPieces
  /** Pieces that `encode` can't choose by their text: unknown, control and byte pieces. */
  readonly #reserved = new Map<string, number>()
  readonly #normalizer: SentencePieceNormalizer

  /** @param source the file, for messages. @throws DiffusionError on a model that can't be used. */
  constructor(model: SentencePieceModel, source: string) {
    this.size = model.pieces.length
    this.unknownId = model.unknownId
    this.#model = model
    for (let id = 0; id < this.size; id++) {
      if (isReserved(model.types[id]!)) this.#reserved.set(text.decode(model.pieces[id]), id)
    }
    this.#pieces = unigramOf(model, source)
    this.#normalizer = new SentencePieceNormalizer(model.normalizer, userDefinedTrie(model), source)
  }

  /** Read a serialized model. @param changes settings of its normalizer to override. */
  static read(file: Uint8Array, source: string, changes: Partial<NormalizerSpec> = {}): SentencePiece {
    const model = readSentencePieceModel(file, source)
    return new SentencePiece({ ...model, normalizer: { ...model.normalizer, ...changes } }, source)
  }

  /** Ids of the pieces of `input`. A run of unknown characters is one id, or its bytes in models with byte pieces. */
  encode(input: string): number[] {
    const normal = this.#normalizer.normalize(utf8.encode(input))
    return this.#merged(normal, segment(normal, this.#pieces))
  }

  /** The id of a piece by its text; the unknown id where there is none. */
  idOf(piece: string): number {
    const reserved = this.#reserved.get(piece)
    if (reserved !== undefined) return reserved
    const id = this.#pieces.trie.get(utf8.encode(piece))
    return id < 0 ? this.unknownId : id
  }

  /** The text of a piece. */
  pieceOf(id: number): string {
    return text.decode(this.#model.pieces[id])
  }

  #merged(normal: Uint8Array, { ids, ends }: Segmentation): number[] {
    const merged: number[] = []
    for (let i = 0, start = 0; i < ids.length; start = ends[i]!, i++) {
      if (ids[i] !== this.unknownId) {
        merged.push(ids[i]!)
      } else if (this.#model.byteFallback) {
        for (let at = start; at < ends[i]!; at++) merged.push(this.idOf(bytePiece(normal[at]!)))
      } else {
        while (ids[i + 1] === this.unknownId) i++
        // The run's whole text is looked up: merged, it may be a piece that no split may choose (an unused one).
        merged.push(this.idOf(text.decode(normal.subarray(start, ends[i]!))))
      }
    }
    return merged
  }
}

const isReserved = (type: number) =>
  type === PieceType.unknown || type === PieceType.control || type === PieceType.byte

const idsOfType = (model: SentencePieceModel, type: number) =>
  new Set([...model.types.keys()].filter((id) => model.types[id] === type))

function userDefinedTrie(model: SentencePieceModel): ByteTrie | null {
  const ids = idsOfType(model, PieceType.userDefined)
  if (ids.size === 0) return null
  const trie = new ByteTrie([...ids].reduce((sum, id) => sum + model.pieces[id]!.length, 0))
  for (const id of ids) trie.add(model.pieces[id]!, id)
  return trie
}

function unigramOf(model: SentencePieceModel, source: string): UnigramPieces {
  const trie = new ByteTrie(model.pieces.reduce((sum, piece) => sum + piece.length, 0))
  let lowest = LARGEST_FLOAT
  let highest = SMALLEST_FLOAT
  for (let id = 0; id < model.pieces.length; id++) {
    const isNew = isReserved(model.types[id]!) || trie.add(model.pieces[id]!, id)
    if (!isNew) throw modelError(source, 'each piece once', `"${text.decode(model.pieces[id])}" twice`)
    if (model.types[id] !== PieceType.normal) continue
    lowest = Math.min(lowest, model.scores[id]!)
    highest = Math.max(highest, model.scores[id]!)
  }
  return {
    trie,
    scores: model.scores,
    userDefined: idsOfType(model, PieceType.userDefined),
    unused: idsOfType(model, PieceType.unused),
    unknownId: model.unknownId,
    lowestScore: lowest,
    highestScore: highest,
  }
}
