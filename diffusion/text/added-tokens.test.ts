import { expect, test } from 'vitest'
import { AddedTokenFinder } from './added-tokens.ts'
import { plainToken } from './t5-settings.ts'

const tokens = ['<a>', '<a><b>', 'b>', '</s>'].map((content, id) => ({ ...plainToken(content), id }))
const finder = new AddedTokenFinder(tokens)
const split = (text: string) =>
  finder.split(text).map(({ start, end, token }) => [text.slice(start, end), token?.id ?? null])

test('cuts a text at added tokens: of those that start first, the longest', () => {
  expect(split('x<a>y')).toEqual([['x', null], ['<a>', 0], ['y', null]])
  expect(split('<a><b></s>')).toEqual([['<a><b>', 1], ['</s>', 3]])
  expect(split('<a><x b>')).toEqual([['<a>', 0], ['<x ', null], ['b>', 2]])
})

test('a text without added tokens is one stretch, an empty text none', () => {
  expect(split('< a > </S>')).toEqual([['< a > </S>', null]])
  expect(split('')).toEqual([])
})
