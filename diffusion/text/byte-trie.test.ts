import { expect, test } from 'vitest'
import { ByteTrie } from './byte-trie.ts'

const utf8 = new TextEncoder()

test('finds what was added, byte by byte, and nothing else', () => {
  const words = ['a', 'ab', 'abc', 'b', 'é', '日本', ...Array.from({ length: 500 }, (_, i) => `w${i}`)]
  const trie = new ByteTrie(utf8.encode(words.join('')).length)
  expect(words.map((word, i) => trie.add(utf8.encode(word), i))).not.toContain(false)
  expect(words.map((word) => trie.get(utf8.encode(word)))).toEqual([...words.keys()])
  expect(['', 'w', '日', 'abcd', 'w500'].map((word) => trie.get(utf8.encode(word)))).toEqual([-1, -1, -1, -1, -1])
  expect(trie.longestAt(utf8.encode('xabx'), 1)).toBe(2)
})

test('keeps the first value of a string added twice', () => {
  const trie = new ByteTrie(8)
  expect([trie.add(utf8.encode('ab'), 1), trie.add(utf8.encode('ab'), 2)]).toEqual([true, false])
  expect(trie.get(utf8.encode('ab'))).toBe(1)
})

test('refuses more than its keys can number', () => {
  expect(() => new ByteTrie(2 ** 24)).toThrow(RangeError)
})
