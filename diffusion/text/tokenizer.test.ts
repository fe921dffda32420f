import { mkdtemp, cp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { readSentencePieceModel } from './sentencepiece-model.ts'
import { readTokenizerJson } from './tokenizer-json.ts'
import { loadTokenizer, type Tokenizer } from './tokenizer.ts'

const TINY = 'models/Diffusion_Transformer/tiny-shapes-64/tokenizer'
const folders: string[] = []
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true }))))

/** A folder with the tiny model's spiece.model and the given JSON files. */
async function folderWith(files: Record<string, unknown>, model = true): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'kinograph-tokenizer-'))
  folders.push(folder)
  if (model) await cp(join(TINY, 'spiece.model'), join(folder, 'spiece.model'))
  for (const [name, json] of Object.entries(files)) await writeFile(join(folder, name), JSON.stringify(json))
  return folder
}

/** The tokenizer.json that transformers makes of a spiece.model (T5Converter). */
async function fastJson(): Promise<Record<string, unknown>> {
  const file = await readFile(join(TINY, 'spiece.model'))
  const { pieces, scores, normalizer, unknownId } = readSentencePieceModel(file, TINY)
  const vocab = pieces.map((piece, id) => [Buffer.from(piece).toString(), scores[id]])
  const token = (id: number, content: string, strip: boolean) =>
    ({ id, content, lstrip: strip, rstrip: strip, single_word: false, normalized: false, special: true })
  const extra = Array.from({ length: 100 }, (_, i) => token(pieces.length + 99 - i, `<extra_id_${i}>`, true))
  const special = ['<pad>', '</s>', '<unk>'].map((content, id) => token(id, content, false))
  return {
    added_tokens: [...special, ...extra],
    normalizer: {
      type: 'Sequence',
      normalizers: [
        { type: 'Precompiled', precompiled_charsmap: Buffer.from(normalizer.charsmap).toString('base64') },
        { type: 'Strip', strip_left: false, strip_right: true },
        { type: 'Replace', pattern: { Regex: ' {2,}' }, content: '▁' },
      ],
    },
    pre_tokenizer: { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always', split: true },
    post_processor: {
      type: 'TemplateProcessing',
      single: [{ Sequence: { id: 'A', type_id: 0 } }, { SpecialToken: { id: '</s>', type_id: 0 } }],
      special_tokens: { '</s>': { id: '</s>', ids: [1], tokens: ['</s>'] } },
    },
    model: { type: 'Unigram', unk_id: unknownId, vocab, byte_fallback: false },
  }
}

interface Case {
  readonly text: string
  readonly maxLength: number
  readonly slow: number[]
  readonly newBehaviour: number[]
  readonly fast: number[]
}
// Written by the reference implementation in this shape; see the file's own "reference".
const stored = JSON.parse(await readFile('test/fixtures/text/tokens.json', 'utf8')) as { cases: Case[] }

/** The ids of every stored text, in a list with the text, so that a failure says which it was. */
const encodeAll = (tokenizer: Tokenizer) =>
  stored.cases.map(({ text, maxLength }) => [text, tokenizer.encode(text, { maxLength }).ids])

describe('equals the reference on texts of all kinds', () => {
  test('spiece.model with the legacy behaviour', async () => {
    const tokenizer = await loadTokenizer(TINY)
    expect(encodeAll(tokenizer)).toEqual(stored.cases.map(({ text, slow }) => [text, slow]))
  })

  test('spiece.model without it', async () => {
    const tokenizer = await loadTokenizer(await folderWith({ 'tokenizer_config.json': { legacy: false } }))
    expect(encodeAll(tokenizer)).toEqual(stored.cases.map(({ text, newBehaviour }) => [text, newBehaviour]))
  })

  test('tokenizer.json', async () => {
    const tokenizer = await loadTokenizer(await folderWith({ 'tokenizer.json': await fastJson() }, false))
    expect(encodeAll(tokenizer)).toEqual(stored.cases.map(({ text, fast }) => [text, fast]))
  })
})

test('pads to the asked length, and says how much was cut off', async () => {
  const tokenizer = await loadTokenizer(TINY)
  const padded = tokenizer.encode('a', { maxLength: 5, pad: true })
  const { ids } = tokenizer.encode('a', { maxLength: 5 })
  expect(padded).toEqual({ ids: [...ids, 0, 0, 0], mask: [1, 1, 0, 0, 0], dropped: 0 })
  const long = 'a red circle on a blue background'
  const cut = tokenizer.encode(long, { maxLength: 3, pad: true })
  expect(cut.ids.at(-1)).toBe(1)
  expect(cut.dropped).toBe(tokenizer.encode(long, { maxLength: 99 }).ids.length - 3)
  expect(() => tokenizer.encode('a', { maxLength: 0 })).toThrow(/maxLength: expected a whole number from 1, got 0/)
})

test('spiece.model comes before tokenizer.json, which differs where a text ends with </s>', async () => {
  const both = await loadTokenizer(await folderWith({ 'tokenizer.json': await fastJson() }))
  expect(both.encode('</s>', { maxLength: 9 }).ids).toEqual([1])
  const fast = await loadTokenizer(await folderWith({ 'tokenizer.json': await fastJson() }, false))
  expect(fast.encode('</s>', { maxLength: 9 }).ids).toEqual([1, 1])
})

test('extra ids come from added_tokens.json where no config lists them', async () => {
  const tokenizer = await loadTokenizer(await folderWith({ 'added_tokens.json': { 'a circle': 900 } }))
  expect(tokenizer.encode('x a circle', { maxLength: 9 }).ids).toContain(900)
  expect(tokenizer.tokenOf(900)).toBe('a circle')
  expect(tokenizer.vocabularySize).toBe(901)
})

describe('says what is wrong', () => {
  test.each([
    ['no tokenizer', {}, false, /folder with spiece\.model or tokenizer\.json, got neither/],
    ['a flag that is none', { 'tokenizer_config.json': { legacy: 'yes' } }, true, /expected true or false, got "yes"/],
    ['contradicting extra ids',
      { 'tokenizer_config.json': { extra_ids: 7, additional_special_tokens: ['<extra_id_0>'] } }, true,
      /expected 7 <extra_id_N> tokens, as extra_ids says, got 1/],
    ['an id that is none', { 'added_tokens.json': { x: -1 } }, true, /expected a whole number from 0/],
    ['a config that is a list', { 'tokenizer_config.json': [] }, true, /config\.json: expected a JSON object/],
  ])('%s', async (_, files, model, message) => {
    await expect(loadTokenizer(await folderWith(files, model))).rejects.toThrow(message)
  })

  test.each([
    ['another model', { model: { type: 'BPE' } }, /expected type Unigram, got "BPE"/],
    ['another normalizer', { normalizer: { type: 'BertNormalizer' } }, /expected one of Sequence, Precompiled/],
    ['another pre-tokenizer', { pre_tokenizer: { type: 'ByteLevel' } }, /expected Metaspace, WhitespaceSplit or Seq/],
    ['a vocabulary with a hole', { model: { type: 'Unigram', unk_id: 0, vocab: [['a', -1], null] } },
      /expected pairs of a text and a score/],
  ])('tokenizer.json with %s', async (_, change, message) => {
    const json = JSON.stringify({ ...(await fastJson()), ...change })
    expect(() => readTokenizerJson(json, 'tokenizer.json')).toThrow(message)
  })

  test('a tokenizer.json cut off in the middle', async () => {
    const json = JSON.stringify(await fastJson())
    expect(() => readTokenizerJson(json.slice(0, json.length / 2), 'x.json')).toThrow(/x\.json: expected JSON/)
  })
})

test('a prompt of megabytes is no trouble, whatever it is made of', async () => {
  const slow = await loadTokenizer(TINY)
  const fast = readTokenizerJson(JSON.stringify(await fastJson()), 'tokenizer.json')
  for (const part of ['a red circle ', '(', '<', '<extra_id_', ' ', '日', 'e\u0301']) {
    const text = part.repeat(Math.ceil(2e6 / Buffer.byteLength(part)))
    expect(slow.encode(text, { maxLength: 120 }).ids.length).toBeLessThanOrEqual(120)
    expect(fast.encode(text.slice(0, 2e5), { maxLength: 120 }).ids.length).toBeLessThanOrEqual(120)
  }
})
