import { ByteTrie } from './byte-trie.ts'
import { bytePiece } from './byte-piece.ts'
import { wrong } from './t5-settings.ts'
import { segment, type UnigramPieces } from './unigram.ts'

const utf8 = new TextEncoder()
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
const LIMITS = { pieces: 2 ** 21, pieceBytes: 1024, allPieceBytes: 2 ** 23 }
const NONE: ReadonlySet<number> = new Set()

/** A Unigram model out of a tokenizer.json (huggingface/tokenizers, tokenizers/src/models/unigram/model.rs). */
export interface JsonUnigram {
  readonly size: number
  /** Append the ids of one word's pieces to `ids`. */
  encode(word: string, ids: number[]): void
  idOf(piece: string): number | undefined
  pieceOf(id: number): string
}

/** @param model the `model` object. @throws DiffusionError when it is no Unigram model, damaged, or beyond limits. */
export function readUnigramJson(model: Readonly<Record<string, unknown>>, file: string): JsonUnigram {
  const { type, vocab, unk_id: unknownId, byte_fallback: byteFallback } = model
  if (type !== 'Unigram') throw wrong(`${file}, model`, 'type Unigram', type)
  if (!Array.isArray(vocab) || vocab.length === 0 || vocab.length > LIMITS.pieces) {
    throw wrong(`${file}, vocab`, `a list of 1 to ${LIMITS.pieces} pieces`, Array.isArray(vocab) ? vocab.length : vocab)
  }
  if (typeof unknownId !== 'number' || !Number.isInteger(unknownId) || unknownId < 0 || unknownId >= vocab.length) {
    throw wrong(`${file}, unk_id`, `a whole number below ${vocab.length}`, unknownId)
  }
  const pieces = vocab.map((entry: unknown, id) => pieceOf(entry, id, file))
  return unigram(pieces, unknownId, byteFallback === true, file)
}

interface Piece {
  readonly text: string
  readonly bytes: Uint8Array
  readonly score: number
}

function pieceOf(entry: unknown, id: number, file: string): Piece {
  const [text, score]: readonly unknown[] = Array.isArray(entry) ? entry : []
  if (typeof text !== 'string' || typeof score !== 'number' || !Number.isFinite(score)) {
    throw wrong(`${file}, vocab`, 'pairs of a text and a score', { id, entry })
  }
  const bytes = utf8.encode(text)
  if (bytes.length > LIMITS.pieceBytes) throw wrong(`${file}, piece ${id}`, `${LIMITS.pieceBytes} bytes`, bytes.length)
  return { text, bytes, score }
}

function unigram(vocab: readonly Piece[], unknownId: number, byteFallback: boolean, file: string): JsonUnigram {
  const total = vocab.reduce((sum, { bytes }) => sum + bytes.length, 0)
  if (total > LIMITS.allPieceBytes) throw wrong(`${file}, vocab`, `${LIMITS.allPieceBytes} bytes of pieces`, total)
  const trie = new ByteTrie(total)
  vocab.forEach(({ bytes }, id) => trie.add(bytes, id))
  const scores = Float64Array.from(vocab, ({ score }) => score)
  const lowestScore = scores.reduce((lowest, score) => Math.min(lowest, score))
  const types = { userDefined: NONE, unused: NONE, highestScore: 0 } // kinds of pieces that this format lacks
  const pieces: UnigramPieces = { trie, scores, unknownId, lowestScore, ...types }
  const idOf = (piece: string) => orUndefined(trie.get(utf8.encode(piece)))

  return {
    size: vocab.length,
    idOf,
    pieceOf: (id) => (vocab[id] ?? vocab[unknownId])!.text,
    encode(word, ids) {
      const bytes = utf8.encode(word)
      const found = segment(bytes, pieces)
      for (let i = 0, start = 0; i < found.ids.length; start = found.ends[i]!, i++) {
        if (found.ids[i] !== unknownId) {
          ids.push(found.ids[i]!)
          continue
        }
        while (found.ids[i + 1] === unknownId) i++
        for (const id of unknownIds(bytes.subarray(start, found.ends[i]))) ids.push(id)
      }
    },
  }

  /** The id of a run of unknown characters: a piece of just that text, else its bytes where there are byte pieces. */
  function unknownIds(run: Uint8Array): number[] {
    const whole = idOf(decoder.decode(run))
    if (whole !== undefined) return [whole]
    const bytes = byteFallback ? Array.from(run, (byte) => idOf(bytePiece(byte))) : []
    const known = bytes.filter((id) => id !== undefined)
    return byteFallback && known.length === bytes.length ? known : [unknownId]
  }
}

const orUndefined = (id: number) => (id < 0 ? undefined : id)
