import { expect, test } from 'vitest'
import { fileKind, titleOf } from './file-kind.ts'

test.each([
  ['flow.json', 'application/json', '{"version": 1', 'json'],
  ['flow.txt', 'text/plain', '\ufeff\n {', 'json'],
  ['clip.PNG', '', '\ufffdPNG', 'image'],
  ['clip.png', 'image/png', '{ not a picture', 'json'],
  ['clip.mkv', 'application/octet-stream', '', 'video'],
  ['sound', 'audio/ogg', '', 'audio'],
  ['drawing.svg', 'image/svg+xml', '<svg', 'other'],
  ['constructor', '', '', 'other'],
  ['notes.txt', 'text/plain', 'hello', 'other'],
])('%s of the type %s is %4$s', (name, type, head, kind) => {
  expect(fileKind({ name, type }, head)).toBe(kind)
})

test('titles are names without what tells the kind', () => {
  expect(['a.b.json', '.hidden', 'plain'].map(titleOf)).toEqual(['a.b', '.hidden', 'plain'])
})
