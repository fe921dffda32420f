import type { LoadReport } from '../../tensor/index.ts'
import { DiffusionError } from '../error.ts'
import { readLora } from '../lora/index.ts'
import { wantedByModel } from './describe-dit.ts'
import { wantedByT5 } from './describe-text-encoder.ts'
import type { LoraUse, ModelRecipe, TextEncoderRecipe } from './recipe.ts'

/** What a LoRA goes on: the model, and the text encoder where its half for that is wanted. */
export interface LoraHosts<E extends TextEncoderRecipe | undefined> {
  readonly model: ModelRecipe
  readonly textEncoder?: E
}

export interface WithLora<E extends TextEncoderRecipe | undefined> {
  readonly model: ModelRecipe
  /** As given, with the LoRA where its file has keys for it. */
  readonly textEncoder: E
  /** `unexpected`: keys that fit no layer. */
  readonly report: LoadReport
}

/**
 * A LoRA more on a model, kohya's, diffusers' or PEFT's; several may follow each other.
 * @param strength 0: no effect, 1: as trained; may be negative
 * @param mode `branch`: computed beside the weights, so that a change of strength costs nothing; `merge`: added into a
 *   copy of the weights once, kept in the cache
 * @throws DiffusionError when no key of the file fits
 */
export async function withLora<E extends TextEncoderRecipe | undefined = undefined>(
  { model, textEncoder }: LoraHosts<E>,
  path: string,
  strength: number,
  mode: LoraUse['mode'] = 'branch',
): Promise<WithLora<E>> {
  if (!Number.isFinite(strength)) {
    throw new DiffusionError({
      field: 'strength',
      expected: 'a number',
      found: String(strength),
      remedy: 'Set it to 1 for the LoRA as trained.',
    })
  }
  const transformer = wantedByModel(model).linears
  const modules = textEncoder ? { transformer, textEncoder: wantedByT5(textEncoder.config).linears } : { transformer }
  const { files, pairs, report } = await readLora(path, modules)
  const use: LoraUse = { path, files, strength, mode }
  const changes = (target: 'transformer' | 'textEncoder') => pairs.some((pair) => pair.target === target)
  return {
    model: changes('transformer') ? { ...model, loras: [...model.loras, use] } : model,
    textEncoder: (textEncoder && changes('textEncoder')
      ? { ...textEncoder, loras: [...textEncoder.loras, use] }
      : textEncoder) as E, // E is a recipe or undefined, as given
    report,
  }
}
