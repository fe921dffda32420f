import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { charmaps } from './charmaps.ts'
import { fixText } from './fix-text.ts'
import { decodeUtf8Variants } from './utf8-variants.ts'

// Written by the reference implementation in this shape; see the file's own "reference".
const stored = JSON.parse(await readFile('test/fixtures/text/captions.json', 'utf8')) as {
  readonly cases: readonly { readonly text: string; readonly fixed: string }[]
}

test('equals ftfy.fix_text on texts of all kinds', () => {
  for (const { text, fixed } of stored.cases) expect([text, fixText(text)]).toEqual([text, fixed])
})

test.each([
  ['âœ” No problems', '✔ No problems'],
  ['voilÃ  le travail', 'voilà le travail'],
  ['l’humanitÃ©', "l'humanité"],
  ['â€œhelloâ€\ufffd', '"hello\ufffd'],
  ['P&EACUTE;REZ &nTILDE; BUNDESSTRA&SZLIG;E', 'PÉREZ &nTILDE; BUNDESSTRASSE'],
  ['a &amp; b\nx < y &amp; z\nc &amp; d', 'a & b\nx < y &amp; z\nc &amp; d'],
  ['\x1b[36;44mblue\x1b[0m \x07bell\ufeff', 'blue bell'],
  ['ＬＯＵＤ　ﬂuﬃeﬆ e\u0301', 'LOUD fluffiest é'],
  ['a\r\nb\rc\u2028d', 'a\nb\nc\nd'],
  ['caf\xe9 is \x85 fine', 'café is … fine'],
])('%j', (text, expected) => {
  expect(fixText(text)).toBe(expected)
})

test('every byte of every encoding has a character of its own', () => {
  for (const { name, characters, bytes } of charmaps()) {
    expect([name, characters.length, bytes.size]).toEqual([name, 256, 256])
  }
})

test('reads CESU-8 and Java\'s zero, but no lone surrogate', () => {
  expect(decodeUtf8Variants('\xed\xa0\xbd\xed\xb8\x8d\xc0\x80é'.replace('é', '\xc3\xa9'))).toBe('😍\0é')
  expect(decodeUtf8Variants('\xed\xa0\xbdabc')).toBeNull()
  expect(decodeUtf8Variants('\xc0a')).toBeNull()
})
