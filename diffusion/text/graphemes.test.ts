import fc from 'fast-check'
import { expect, test } from 'vitest'
import { runs } from '../../test/laws.ts'
import { replaceGraphemes } from './graphemes.ts'

const marked = (text: string) => replaceGraphemes(text, (grapheme) => `${grapheme}|`)
const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' })
const whole = (text: string) => Array.from(segmenter.segment(text), ({ segment }) => `${segment}|`).join('')

test('keeps together what is read as one character', () => {
  expect(marked('ae\u0301\r\n👨‍👩‍👧x')).toBe('a|e\u0301|\r\n|👨‍👩‍👧|x|')
})

test('finds in parts what the segmenter finds in the whole text', () => {
  const units = ['a', 'é', '\u0301', '\u200d', '👩', '🇯', '🇵', '가', '\u1100', '\u1161', '\r', '\n', '\u0600', 'क']
  const mixed = fc.string({ unit: fc.constantFrom(...units), maxLength: 60 })
  const text = fc.tuple(fc.nat(600), mixed).map(([before, text]) => 'é'.repeat(before) + text)
  const same = fc.property(text, (text) => {
    expect(marked(text)).toBe(whole(text))
  })
  fc.assert(same, runs(500))
})

test('a part does not end within a character', () => {
  for (let before = 500; before < 520; before++) expect(marked(`${'é'.repeat(before)}🇯🇯`)).toBe(`${'é|'.repeat(before)}🇯🇯|`)
})

test('a grapheme may be longer than a part', () => {
  const long = `e${'\u0301'.repeat(5000)}`
  expect(marked(`${long}x${long}`)).toBe(`${long}|x|${long}|`)
})
