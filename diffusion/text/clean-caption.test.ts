import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { cleanCaption, preprocessPrompt } from './clean-caption.ts'
import { soupText } from './soup-text.ts'

interface Case {
  readonly text: string
  readonly soup: string
  readonly once: string
  readonly twice: string
}
// Written by the reference implementation in this shape; see the file's own "reference".
const stored = JSON.parse(await readFile('test/fixtures/text/captions.json', 'utf8')) as { cases: Case[] }

test('equals the reference on texts of all kinds', () => {
  for (const { text, soup, once, twice } of stored.cases) {
    expect([text, soupText(text)]).toEqual([text, soup])
    expect([text, cleanCaption(text)]).toEqual([text, once])
    expect([text, preprocessPrompt(text, { clean: true })]).toEqual([text, twice])
  }
})

test.each([
  ['A Dog Runs Across The Field.', 'a dog runs across the field.'],
  ['call 5551234567 or 12345', 'call or 12345'],
  ['version 1.2.3.4.5', 'version 5'],
  ['this-is-my-cute-cat-picture', 'this is my cute cat picture'],
  ['published 3:45 ', 'published 3:45'],
  ['model XJ220 and 3dfx and c3po r2d2', 'model and 3dfx and'],
  ['一只小狗 running 在公园 now', 'running now'],
  ['"entirely quoted"', 'entirely quoted'],
  ['<person> + %3Cb%3E', 'person'],
  ['...', ''],
])('%j', (text, expected) => {
  expect(preprocessPrompt(text, { clean: true })).toBe(expected)
})

test('without cleaning it only lowers and strips, as Python does', () => {
  expect(preprocessPrompt('\x1c ÉCOLE İ ΟΔΟΣ \u3000', { clean: false })).toBe('école i̇ οδος')
  expect(preprocessPrompt('\ufeffX', { clean: false })).toBe('\ufeffx')
})

/** On each of these a regex of the reference, or Python's HTML parser, is quadratic: minutes at this length. */
const HOSTILE = [
  '(', '@', '<', '&', '&#', '&a', '<a', '<a b=', "<a b='", '</', '<!--', '<![cdata[', '<script>', '<b>', ' ', '\n',
  '1', 'a', 'a-', 'a.com', '.png', '1.1', '1x', 'free ', 'page ', 'Ã©', 'â€œ', '\x1b[', '%41', 'e\u0301', '日',
]

test.each(HOSTILE)('300,000 characters of %j are no trouble', (part) => {
  const text = part.repeat(3e5 / part.length)
  expect(preprocessPrompt(`x ${text} y`, { clean: true }).length).toBeLessThanOrEqual(text.length + 4)
})
