import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { readJson } from '../config-reader.ts'
import { repeatBlocks, wantedBy } from '../layers/wanted.ts'
import type { Wanted } from '../layers/wanted.ts'
import { parseT5Config } from '../text/t5-config.ts'
import type { T5Config } from '../text/t5-config.ts'
import { presentT5Entries, t5Encoder } from '../text/t5-encoder.ts'
import type { Described } from './describe-dit.ts'
import { partFolder } from './folders.ts'
import { openFile, reportOn, requireComplete } from './open-weights.ts'
import type { DescribeOptions, TextEncoderRecipe } from './recipe.ts'

const WHAT = 'a T5 text encoder'
/** The other half of a whole T5. */
const UNUSED = /^decoder\.|^lm_head\./

/** The parameters that a text encoder wants; after the first block, which holds the position bias, all are alike. */
export function wantedByT5(config: T5Config): Wanted {
  const layers = Math.min(config.layers, 2)
  const first = wantedBy((w) => t5Encoder(w, { ...config, layers }))
  return repeatBlocks(first, 'encoder.block', { from: layers - 1, count: config.layers })
}

/**
 * The text encoder of a model folder, with its tokenizer.
 * @param folder the model's folder (with text_encoder/ and tokenizer/ in it), or the text encoder's own, the tokenizer
 *   in it or beside it
 * @throws DiffusionError naming file and field, CheckpointError for damaged files
 */
export async function describeTextEncoder(
  folder: string,
  { hold = 'auto', weights }: DescribeOptions = {},
): Promise<Described<TextEncoderRecipe>> {
  const path = await partFolder(folder, 'text_encoder', WHAT)
  const config = parseT5Config(
    await readJson(`${path}/config.json`, `Choose the folder of ${WHAT}.`),
    `${path}/config.json`,
  )
  const opened = await openFile(weights ?? path, 'base', presentT5Entries)
  const report = reportOn(opened.entries, wantedByT5(config).keys, UNUSED)
  requireComplete(path, WHAT, opened.entries, report)
  const tokenizer = tokenizerFolder(folder, path)
  return {
    recipe: { kind: 'text-encoder', family: 't5', config, tokenizer, weights: [opened.file], loras: [], hold },
    report,
  }
}

function tokenizerFolder(folder: string, encoder: string): string | null {
  const places = [join(folder, 'tokenizer'), encoder, join(dirname(encoder), 'tokenizer')]
  return (
    places.find((place) => ['spiece.model', 'tokenizer.json'].some((name) => existsSync(join(place, name)))) ?? null
  )
}
