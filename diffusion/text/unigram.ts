import type { ByteTrie } from './byte-trie.ts'

/** What the unigram language model knows of its pieces (Kudo 2018, "Subword Regularization"). */
export interface UnigramPieces {
  /** The pieces that may be chosen, by their UTF-8 bytes. */
  readonly trie: ByteTrie
  /** Log probability by piece id. Their width is the width the sums are kept in. */
  readonly scores: Float32Array | Float64Array
  /** Pieces that win over any other split; their score is that of the best piece per byte, less a tenth. */
  readonly userDefined: ReadonlySet<number>
  /** Pieces that stay in the vocabulary but are never chosen. */
  readonly unused: ReadonlySet<number>
  readonly unknownId: number
  readonly lowestScore: number
  readonly highestScore: number
}

/** The pieces of a text in order: piece `i` has id `ids[i]` and ends before byte `ends[i]`. */
export interface Segmentation {
  readonly ids: Int32Array
  readonly ends: Int32Array
}

/** How much worse than the worst piece an unknown character is. */
const UNKNOWN_PENALTY = 10

/**
 * The likeliest split of `text` (UTF-8) into pieces: Viterbi over byte positions, in time linear in the text for pieces
 * of bounded length (sentencepiece src/unigram_model.cc, Model::EncodeOptimized). Sums are rounded to the width of
 * `scores` before they are compared, for ties are common and the first candidate to reach a position keeps it.
 */
export function segment(text: Uint8Array, pieces: UnigramPieces): Segmentation {
  const { trie, scores, userDefined, unused, unknownId } = pieces
  const best = scores instanceof Float32Array ? new Float32Array(text.length + 1) : new Float64Array(text.length + 1)
  const from = new Int32Array(text.length + 1).fill(-1)
  const chosen = new Int32Array(text.length + 1)
  const single = best instanceof Float32Array
  const unknownScore = round(pieces.lowestScore - UNKNOWN_PENALTY, single)

  for (let start = 0; start < text.length; ) {
    const soFar = best[start]!
    const character = Math.min(utf8Length(text[start]!), text.length - start)
    let knowsCharacter = false
    for (let end = start, node = 0; end < text.length; ) {
      node = trie.step(node, text[end++]!)
      if (node < 0) break
      const id = trie.valueAt(node)
      if (id < 0 || (unused.size > 0 && unused.has(id))) continue
      const bonus = userDefined.size > 0 && userDefined.has(id)
      const score = bonus ? round((end - start) * pieces.highestScore, single) - 0.1 : scores[id]!
      const candidate = round(soFar + score, single)
      if (from[end] === -1 || candidate > best[end]!) {
        best[end] = candidate
        from[end] = start
        chosen[end] = id
      }
      if (end - start === character) knowsCharacter = true
    }
    if (!knowsCharacter) {
      const end = start + character
      const candidate = round(unknownScore + soFar, single)
      if (from[end] === -1 || candidate > best[end]!) {
        best[end] = candidate
        from[end] = start
        chosen[end] = unknownId
      }
    }
    start += character
  }
  return readBack(from, chosen)
}

const round = (value: number, single: boolean): number => (single ? Math.fround(value) : value)

function readBack(from: Int32Array, chosen: Int32Array): Segmentation {
  let count = 0
  for (let end = from.length - 1; end > 0; end = from[end]!) count++
  const ids = new Int32Array(count)
  const ends = new Int32Array(count)
  for (let end = from.length - 1, i = count - 1; end > 0; end = from[end]!, i--) {
    ids[i] = chosen[end]!
    ends[i] = end
  }
  return { ids, ends }
}

/** Bytes of the UTF-8 character that starts with `lead`; 1 for a byte that can't start one. */
export const utf8Length = (lead: number): number => (lead < 0xc0 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4)
