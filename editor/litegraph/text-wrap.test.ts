import fc from 'fast-check'
import { expect, test } from 'vitest'
import { clipText, wrapText } from './text-wrap.ts'

/** Every sign is one wide, those of Chinese two. */
const widthOf = (text: string): number => [...text].reduce((sum, sign) => sum + (sign > '⺀' ? 2 : 1), 0)

test('breaks between words', () => {
  expect(wrapText('a small red circle', 9, widthOf)).toEqual(['a small', 'red', 'circle'])
})

test('keeps the lines that were written, also empty ones', () => {
  expect(wrapText('one\n\ntwo', 9, widthOf)).toEqual(['one', '', 'two'])
})

test('breaks a word that is wider than a line, and Chinese anywhere', () => {
  expect(wrapText('abcdefghij', 4, widthOf)).toEqual(['abcd', 'efgh', 'ij'])
  expect(wrapText('红色圆形移动', 4, widthOf)).toEqual(['红色', '圆形', '移动'])
})

test('says that there is more', () => {
  expect(wrapText('one two three four', 5, widthOf, 2)).toEqual(['one', 'two…'])
  expect(wrapText('one two', 5, widthOf, 2)).toEqual(['one', 'two'])
})

test('cuts a line with an ellipsis', () => {
  expect(clipText('short', 5, widthOf)).toBe('short')
  expect(clipText('much longer', 6, widthOf)).toBe('much…')
  expect(clipText('longer', 0, widthOf)).toBe('…')
})

test('no line is wider than it may be, and nothing but spaces is lost', () => {
  fc.assert(fc.property(fc.string({ unit: fc.constantFrom('a', 'bc', ' ', '\n', '红', 'é') }), fc.integer({ min: 2, max: 12 }), (text, width) => {
    const lines = wrapText(text, width, widthOf)
    for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(width)
    expect(lines.join('').replaceAll(/\s/g, '')).toBe(text.replaceAll(/\s/g, ''))
  }))
})

test('never cuts a sign of two code units in half', () => {
  expect(clipText('😀😀😀', 3, (text) => text.length)).toBe('😀…')
})
