import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ByteTrie } from './byte-trie.ts'
import { segment, type UnigramPieces } from './unigram.ts'

const utf8 = new TextEncoder()
const UNKNOWN = 0

function piecesOf(scores: Record<string, number>, kinds: Partial<UnigramPieces> = {}): UnigramPieces {
  const texts = Object.keys(scores)
  const trie = new ByteTrie(texts.join('').length * 3)
  texts.forEach((text, i) => trie.add(utf8.encode(text), i + 1))
  const values = Object.values(scores)
  const limits = { lowestScore: Math.min(...values), highestScore: 0 }
  const none = new Set<number>()
  const sets = { userDefined: none, unused: none }
  return { trie, scores: Float32Array.of(0, ...values), unknownId: UNKNOWN, ...sets, ...limits, ...kinds }
}

const ids = (text: string, pieces: UnigramPieces) => [...segment(utf8.encode(text), pieces).ids]

test('takes the split with the highest summed score, not the longest piece', () => {
  const pieces = piecesOf({ a: -1, b: -1, ab: -3, abc: -9, c: -1 })
  expect(ids('abc', pieces)).toEqual([1, 2, 5])
  expect(ids('ab', piecesOf({ a: -2, b: -2, ab: -3 }))).toEqual([3])
})

test('an unknown character costs ten more than the worst piece, and counts whole', () => {
  const pieces = piecesOf({ a: -1, é: -2 })
  expect(ids('aéxé', pieces)).toEqual([1, 2, UNKNOWN, 2])
  expect([...segment(utf8.encode('日a'), pieces).ends]).toEqual([3, 4])
})

test('of equal splits the one that reaches a position first stays', () => {
  expect(ids('```', piecesOf({ '`': -1, '``': -1 }))).toEqual([1, 2])
})

test('user-defined pieces win, unused ones are never chosen', () => {
  const scores = { a: -1, b: -1, ab: -9 }
  expect(ids('ab', piecesOf(scores, { userDefined: new Set([3]) }))).toEqual([3])
  expect(ids('ab', piecesOf({ ...scores, ab: -0.1 }, { unused: new Set([3]) }))).toEqual([1, 2])
})

test('finds what trying every split finds', () => {
  const score = fc.integer({ min: -64, max: -1 }).map((n) => n / 8) // exact in float32, so sums don't depend on order
  const vocabulary = fc.dictionary(fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 1, maxLength: 3 }), score)
  const text = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 9 })
  fc.assert(
    fc.property(vocabulary, text, (scores, text) => {
      if (Object.keys(scores).length === 0) return
      const pieces = piecesOf(scores)
      const unknown = pieces.lowestScore - 10
      const chosen = ids(text, pieces).map((id) => (id === UNKNOWN ? unknown : pieces.scores[id]!))
      expect(chosen.reduce((sum, score) => sum + score, 0)).toBe(bestByTrying(text, scores, unknown))
    }),
  )
})

function bestByTrying(text: string, scores: Record<string, number>, unknown: number): number {
  if (text === '') return 0
  const splits = [1, 2, 3].filter((n) => n <= text.length).map((n) => {
    const known = Object.hasOwn(scores, text.slice(0, n)) ? scores[text.slice(0, n)]! : Number.NEGATIVE_INFINITY
    const own = n === 1 && known === Number.NEGATIVE_INFINITY ? unknown : known
    return own + bestByTrying(text.slice(n), scores, unknown)
  })
  return Math.max(...splits)
}
