import { expect, test } from 'vitest'
import { noteLines } from './note-lines.ts'

test('a plain note is as it was written', () => {
  expect(noteLines('# one\n**two**', false).map(({ text }) => text)).toEqual(['# one', '**two**'])
})

test('Markdown shows what its marks mean', () => {
  expect(noteLines('## A heading ##\nwith **strong**, *soft*, `code` and [a link](https://example.org)\n- one\n  - two\n> said', true)).toEqual([
    { text: 'A heading', font: 'title', indent: 0 },
    { text: 'with strong, soft, code and a link', font: 'label', indent: 0 },
    { text: '• one', font: 'label', indent: 0 },
    { text: '• two', font: 'label', indent: 14 },
    { text: 'said', font: 'label', indent: 14 },
  ])
})

test('what only looks like marks stays', () => {
  expect(noteLines('2 * 3 * 4 and snake_case_name', true)[0]!.text).toBe('2 * 3 * 4 and snake_case_name')
  expect(noteLines('#tag', true)[0]!.text).toBe('#tag')
})
