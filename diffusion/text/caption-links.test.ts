import fc from 'fast-check'
import { expect, test } from 'vitest'
import { runs } from '../../test/laws.ts'
import { removeLinks } from './caption-links.ts'
import { BOUNDARY, WORD } from './python-strings.ts'

/** The reference's regex as it stands, with Python's \b and \w. Quadratic, but fine for short texts. */
const naive = (prefix: string) =>
  new RegExp(
    `${BOUNDARY}(?:${prefix}:(?:/{1,3}|[a-zA-Z0-9%])|[a-zA-Z0-9.\\-]+[.](?:com|co|ru|net|org|edu|gov|it)` +
      `[${WORD}/-]*${BOUNDARY}/?(?!@))`,
    'gu',
  )

test('removes what the regex of the reference matches', () => {
  const parts = 'http s : / // www .com .co .ru .it . a é - @ _ % m 日 𝔘 1'.split(' ')
  const part = fc.constantFrom(...parts, ' ')
  fc.assert(
    fc.property(fc.array(part, { maxLength: 14 }), (parts) => {
      const text = parts.join('')
      expect(removeLinks(text, 'http')).toBe(text.replaceAll(naive('https?'), ''))
      expect(removeLinks(text, 'www')).toBe(text.replaceAll(naive('www'), ''))
    }),
    runs(3000),
  )
})

test.each([
  ['see https://www.some-site.org/path?x=1', 'see ?x=1'],
  ['mail me at someone@example.com today', 'mail me at someone@ today'],
  ['go to shop.example.co.uk/today', 'go to .uk/today'],
  ['me@x.it@', 'me@x.it@'],
])('%j', (text, expected) => {
  expect(removeLinks(text, 'http')).toBe(expected)
})
