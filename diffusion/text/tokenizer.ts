import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { DiffusionError } from '../error.ts'
import type { Tokenizer } from './encoding.ts'
import { SentencePiece } from './sentencepiece.ts'
import { T5Tokenizer } from './t5-tokenizer.ts'
import { readT5Settings } from './t5-settings.ts'
import { readTokenizerJson } from './tokenizer-json.ts'

export type { Encoded, EncodeOptions, Tokenizer } from './encoding.ts'

/**
 * The tokenizer of a T5 text encoder's `tokenizer` folder: `spiece.model` where there is one (transformers 4.40's slow
 * T5Tokenizer, what EasyAnimate uses), else `tokenizer.json` (its T5TokenizerFast).
 * @throws DiffusionError when neither file is there, or one is damaged.
 */
export async function loadTokenizer(folder: string): Promise<Tokenizer> {
  const model = join(folder, 'spiece.model')
  const fast = join(folder, 'tokenizer.json')
  if (await isFile(model)) {
    const [file, settings] = await Promise.all([readFile(model), readT5Settings(folder)])
    // Without the legacy behaviour the tokenizer puts the first space itself (T5Tokenizer.get_spm_processor).
    return new T5Tokenizer(SentencePiece.read(file, model, settings.legacy ? {} : { addDummyPrefix: false }), settings)
  }
  if (await isFile(fast)) return readTokenizerJson(await readFile(fast, 'utf8'), fast)
  throw new DiffusionError({
    field: folder,
    expected: 'a tokenizer folder with spiece.model or tokenizer.json',
    found: 'neither',
    remedy: 'Point to the model folder that holds tokenizer/ and text_encoder/, or download the missing file.',
  })
}

const isFile = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isFile(),
    () => false,
  )
