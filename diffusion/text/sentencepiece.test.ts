import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { DiffusionError } from '../error.ts'
import { SentencePiece } from './sentencepiece.ts'

const file = new Uint8Array(readFileSync('models/Diffusion_Transformer/tiny-shapes-64/tokenizer/spiece.model'))
const pieces = SentencePiece.read(file, 'spiece.model')
const texts = (ids: number[]) => ids.map((id) => pieces.pieceOf(id))

test('puts a mark in front, makes runs of spaces one, and normalises by the model\'s own table', () => {
  expect(texts(pieces.encode('  a   ﬁne\tＲed '))).toEqual(texts(pieces.encode('a fine Red')))
  expect(texts(pieces.encode('a red circle'))[0]).toBe('▁a')
  expect(pieces.encode('   ')).toEqual([])
})

test('a run of unknown characters is one unknown id', () => {
  expect(texts(pieces.encode('a 日本語 🎉'))).toEqual(['▁a', '▁', '<unk>', '▁', '<unk>'])
})

test('finds pieces by their text, reserved ones too', () => {
  expect(pieces.idOf('</s>')).toBe(1)
  expect(pieces.idOf('▁a')).toBe(pieces.encode('a')[0])
  expect(pieces.idOf('no such piece')).toBe(pieces.unknownId)
})

test('a model cut off anywhere is refused with its name, or is a shorter model', () => {
  for (let length = 0; length < file.length; length += 997) {
    expectUsableOrRefused(file.subarray(0, length))
  }
})

test('damaged bytes never hang and never throw anything but a DiffusionError', () => {
  let state = 12_345
  const random = (below: number) => (state = (state * 1_103_515_245 + 12_345) % 2 ** 31) % below
  for (let i = 0; i < 300; i++) {
    const damaged = file.slice()
    for (let flips = 1 + random(4); flips > 0; flips--) damaged[random(damaged.length)] = random(256)
    expectUsableOrRefused(damaged)
  }
})

test('a trie that leads in circles ends with the text', () => {
  // Each unit has label 'a' and an offset that leads the walk back to unit 0x61 for ever, and no leaf.
  const units = new Uint32Array(256).fill(0x61)
  const charsmap = concat(u32(units.byteLength), new Uint8Array(units.buffer), u32(0))
  expect(SentencePiece.read(withCharsmap(charsmap), 'circle').encode('aaaa')).toHaveLength(1)
})

test.each([
  ['a trie longer than the file', concat(u32(2 ** 31), new Uint8Array(64))],
  ['no trie', u32(0)],
])('a charsmap with %s is refused', (_, charsmap) => {
  expect(() => SentencePiece.read(withCharsmap(charsmap), 'x.model')).toThrow(/precompiled_charsmap: expected/)
})

test.each([
  ['two unknown pieces', model(piece('<unk>', 2), piece('<unk2>', 2))],
  ['no unknown piece', model(piece('a', 1))],
  ['a piece twice', model(piece('<unk>', 2), piece('a', 1), piece('a', 1))],
  ['an empty piece', model(piece('<unk>', 2), piece('', 1))],
  ['a piece without end', model(piece('<unk>', 2), piece('a'.repeat(5000), 1))],
  ['another kind of model', concat(model(piece('<unk>', 2)), message(2, Uint8Array.of(0x18, 2)))],
  ['nothing', new Uint8Array(0)],
])('%s is refused', (_, bytes) => {
  expect(() => SentencePiece.read(bytes, 'x.model')).toThrow(DiffusionError)
})

function expectUsableOrRefused(bytes: Uint8Array): void {
  try {
    SentencePiece.read(bytes, 'x.model').encode('a red ﬁ circle é 日')
  } catch (error) {
    expect(error).toBeInstanceOf(DiffusionError)
    expect(String(error)).toContain('x.model')
  }
}

function concat(...parts: Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]))
}

function u32(value: number): Uint8Array {
  return new Uint8Array(Uint32Array.of(value).buffer)
}

/** A length-delimited field, below 2^14 bytes. */
function message(field: number, bytes: Uint8Array): Uint8Array {
  return concat(Uint8Array.of(field * 8 + 2, (bytes.length & 0x7f) | 0x80, bytes.length >> 7), bytes)
}

function piece(text: string, type: number): Uint8Array {
  const score = concat(Uint8Array.of(0x15), new Uint8Array(Float32Array.of(-1).buffer))
  return message(1, concat(message(1, new TextEncoder().encode(text)), score, Uint8Array.of(0x18, type)))
}

function model(...pieces: Uint8Array[]): Uint8Array {
  return concat(...pieces)
}

function withCharsmap(charsmap: Uint8Array): Uint8Array {
  return concat(model(piece('<unk>', 2), piece('b', 1)), message(3, message(2, charsmap)))
}
