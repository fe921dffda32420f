/** Prompts to what a model is told: cleaned, cut into tokens, encoded. */
import { textActivations } from './estimates.ts'
import type { Device, TensorData } from '../tensor/index.ts'
import type { Conditioning } from './conditioning.ts'
import { DiffusionError } from './error.ts'
import { openModel } from './open-model.ts'
import { wantedByT5 } from './recipes/describe-text-encoder.ts'
import type { TextEncoderRecipe } from './recipes/recipe.ts'
import { preprocessPrompt } from './text/clean-caption.ts'
import { presentT5Entries, relativeBuckets, t5Encoder } from './text/t5-encoder.ts'
import { loadTokenizer } from './text/tokenizer.ts'
import type { Tokenizer } from './text/tokenizer.ts'

export interface TextOptions {
  /** EasyAnimate's caption cleaning, twice; otherwise the text is only lower-cased and stripped. Default true. */
  readonly clean?: boolean
  /** Tokens that a prompt is cut or filled up to, the end mark included. Default 120, as the models were trained. */
  readonly maxLength?: number
  /** Told when prompts were cut: how many tokens of each. */
  readonly onCut?: (dropped: readonly number[]) => void
  readonly signal?: AbortSignal | undefined
}

export interface TokenIds {
  /** int32 [prompts, maxLength] */
  readonly ids: TensorData
  /** int32 [prompts, maxLength], 1 where a token stands. */
  readonly mask: TensorData
  /** How many tokens of each prompt were cut off. */
  readonly dropped: readonly number[]
}

/** The prompts as ids of the encoder's vocabulary. @throws DiffusionError when tokenizer and encoder do not fit */
export async function tokenize(
  recipe: TextEncoderRecipe,
  prompts: readonly string[],
  { clean = true, maxLength = 120 }: TextOptions = {},
): Promise<TokenIds> {
  const tokenizer = await tokenizerOf(recipe)
  if (tokenizer.vocabularySize > recipe.config.vocabulary) {
    throw new DiffusionError({
      field: 'tokenizer',
      expected: `at most ${recipe.config.vocabulary} tokens, the encoder's vocabulary`,
      found: String(tokenizer.vocabularySize),
      remedy: 'Use the tokenizer folder that was published with the text encoder.',
    })
  }
  const encoded = prompts.map((prompt) =>
    tokenizer.encode(preprocessPrompt(prompt, { clean }), { maxLength, pad: true }),
  )
  const rows = (pick: (one: (typeof encoded)[number]) => number[]): TensorData => ({
    dtype: 'int32',
    shape: [prompts.length, maxLength],
    data: Int32Array.from(encoded.flatMap(pick)),
  })
  return { ids: rows(({ ids }) => ids), mask: rows(({ mask }) => mask), dropped: encoded.map(({ dropped }) => dropped) }
}

/**
 * What the prompts mean to the model: embeddings [prompts, maxLength, width] and their mask.
 * @throws DiffusionError, MemoryError when the encoder does not fit
 */
export async function encodeText(
  device: Device,
  recipe: TextEncoderRecipe,
  prompts: readonly string[],
  options: TextOptions = {},
): Promise<Conditioning> {
  const { maxLength = 120, signal } = options
  const opening = openEncoder(device, recipe, [prompts.length, maxLength], signal) // while the prompts are cut into tokens
  opening.catch(() => undefined) // awaited below, unless the tokenizer fails first
  const { ids, mask, dropped } = await tokenize(recipe, prompts, options)
  if (dropped.some((count) => count > 0)) options.onCut?.(dropped)
  return (await opening)({ ids, mask })
}

/** Token ids through the encoder. */
export async function encodeTokens(
  device: Device,
  recipe: TextEncoderRecipe,
  tokens: Pick<TokenIds, 'ids' | 'mask'>,
  signal?: AbortSignal,
): Promise<Conditioning> {
  const [batch, length] = tokens.ids.shape as [number, number] // two axes, as documented
  return (await openEncoder(device, recipe, [batch, length], signal))(tokens)
}

/** The encoder, ready to run on so many texts of so many tokens. */
async function openEncoder(
  device: Device,
  recipe: TextEncoderRecipe,
  [batch, length]: readonly [batch: number, length: number],
  signal: AbortSignal | undefined,
): Promise<(tokens: Pick<TokenIds, 'ids' | 'mask'>) => Promise<Conditioning>> {
  const { config } = recipe
  const opened = await openModel(device, {
    recipe,
    describe: (w) => t5Encoder(w, config),
    wanted: wantedByT5(config),
    present: presentT5Entries,
    loraTarget: 'textEncoder',
    activationBytes: textActivations(config, [batch, length]),
    signal,
  })
  const stage = await opened.stage('step')
  const buckets: TensorData = { dtype: 'int32', shape: [length, length], data: relativeBuckets(length, config) }
  return async ({ ids, mask }) => {
    const { outputs } = await stage.run({ ids, mask, buckets, ...opened.loraFeeds }, { signal })
    return { embeds: outputs['embeds']!, mask }
  }
}

const tokenizers = new Map<string, Promise<Tokenizer>>()

/** The recipe's tokenizer, read once a folder; one that fails to load is tried again. */
function tokenizerOf({ tokenizer: folder, weights }: TextEncoderRecipe): Promise<Tokenizer> {
  if (folder === null) {
    throw new DiffusionError({
      field: weights[0]!.path,
      expected: 'a tokenizer folder beside the text encoder',
      found: 'no spiece.model or tokenizer.json',
      remedy: 'Download the tokenizer folder of the model to its place beside text_encoder.',
    })
  }
  const known = tokenizers.get(folder) ?? loadTokenizer(folder)
  tokenizers.set(folder, known)
  known.catch(() => tokenizers.delete(folder))
  return known
}
