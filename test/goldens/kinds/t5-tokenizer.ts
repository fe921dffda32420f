import { readFile } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { readTokenizerJson } from '../../../diffusion/text/tokenizer-json.ts'
import { loadTokenizer, type Tokenizer } from '../../../diffusion/text/tokenizer.ts'
import type { Comparer, GoldenCase, KindRunner } from '../case.ts'

/** cases.json: one text with the ids of the slow tokenizer, and of the fast one where they differ. */
interface TokenizerCase {
  readonly text: string
  readonly input_ids: readonly number[]
  readonly fast_input_ids?: readonly number[]
  readonly length: number
  readonly untruncated_length: number
  readonly tokens: readonly string[]
}

/** Ids of each text by `spiece.model` and by `tokenizer.json`, and the padded batches of io.safetensors. */
export const run: KindRunner = async (golden, compare) => {
  // The file is written by the goldens' own generator in this shape.
  const file = JSON.parse(await readFile(join(golden.dir, 'cases.json'), 'utf8')) as {
    readonly max_length: number
    readonly vocab_size_with_extra_ids: number
    readonly cases: readonly TokenizerCase[]
  }
  const slow = await loadTokenizer(golden.dir)
  const fastFile = join(golden.dir, 'tokenizer.json')
  const fast = existsSync(fastFile) ? readTokenizerJson(await readFile(fastFile, 'utf8'), fastFile) : null
  compareNumber(compare, 'vocabulary size', slow.vocabularySize, file.vocab_size_with_extra_ids)
  const tokenizers = { slow, fast, maxLength: file.max_length }
  file.cases.forEach((text, i) => compareCase(compare, `case ${i}`, text, tokenizers))
  compareBatches(golden, compare, slow, file.max_length)
}

interface Tokenizers {
  readonly slow: Tokenizer
  /** Null where the case has no tokenizer.json. */
  readonly fast: Tokenizer | null
  readonly maxLength: number
}

function compareCase(compare: Comparer, name: string, wanted: TokenizerCase, { slow, fast, maxLength }: Tokenizers) {
  const encoded = slow.encode(wanted.text, { maxLength })
  compareList(compare, `${name} ids`, wanted.text, encoded.ids, wanted.input_ids)
  compareList(compare, `${name} tokens`, wanted.text, encoded.ids.map((id) => slow.tokenOf(id)), wanted.tokens)
  compareNumber(compare, `${name} length`, encoded.mask.filter((m) => m === 1).length, wanted.length)
  const whole = slow.encode(wanted.text, { maxLength: wanted.text.length * 32 + 2 })
  compareNumber(compare, `${name} untruncated length`, whole.ids.length, wanted.untruncated_length)
  if (fast === null) return
  const ids = fast.encode(wanted.text, { maxLength }).ids
  compareList(compare, `${name} fast ids`, wanted.text, ids, wanted.fast_input_ids ?? wanted.input_ids)
}

/** `batchN.output.input_ids` and `.attention_mask`, [texts, max_length], for list N of `batches` in the arguments. */
function compareBatches(golden: GoldenCase, compare: Comparer, slow: Tokenizer, maxLength: number): void {
  const { batches } = golden.spec.arguments
  if (!Array.isArray(batches)) return
  batches.forEach((texts: unknown, i) => {
    if (!Array.isArray(texts)) throw new Error(`${golden.dir}: batch ${i} is no list of texts`)
    const encoded = texts.map((text) => slow.encode(String(text), { maxLength, pad: true }))
    const shape = [texts.length, maxLength]
    compare.tensor(`batch${i}.output.input_ids`, { shape, data: encoded.flatMap(({ ids }) => ids) })
    compare.tensor(`batch${i}.output.attention_mask`, { shape, data: encoded.flatMap(({ mask }) => mask) })
  })
}

function compareList<T>(compare: Comparer, name: string, text: string, actual: readonly T[], wanted: readonly T[]) {
  const same = actual.length === wanted.length && actual.every((value, i) => value === wanted[i])
  compare.check(name, same, `${JSON.stringify(text.slice(0, 80))}: got ${actual.join(' ')}, stored ${wanted.join(' ')}`)
}

const compareNumber = (compare: Comparer, name: string, actual: number, wanted: number) =>
  compare.check(name, actual === wanted, `got ${actual}, stored ${wanted}`)
