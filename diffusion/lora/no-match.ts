import type { WrongShape } from '../../tensor/weights/index.ts'
import { DiffusionError } from '../error.ts'
import type { LoraModules } from './read-lora.ts'

/** What is known of a LoRA file of which nothing could be used. */
interface NoMatch {
  readonly path: string
  readonly keys: readonly string[]
  readonly wrongShape: readonly WrongShape[]
  readonly skipped: readonly string[]
  readonly modules: LoraModules
}

/** Parts of key names that give away what else a file was made for. */
const OTHER_MODELS: readonly (readonly [RegExp, string])[] = [
  [/down_blocks|up_blocks|mid_block|input_blocks|output_blocks/, 'a U-Net, such as Stable Diffusion'],
  [/double_blocks|single_blocks|single_transformer_blocks/, 'Flux or HunyuanVideo'],
  [/joint_blocks|joint_transformer/, 'Stable Diffusion 3'],
  [/(^|[._])blocks[._]\d+[._](self_attn|cross_attn)/, 'Wan'],
]

/** The error for a LoRA that fits nothing, with what it looks like instead. */
export function noMatchError({ path, keys, wrongShape, skipped, modules }: NoMatch): DiffusionError {
  const example = [...modules.transformer.keys()].find((name) => name.endsWith('attn1.to_q')) ?? 'no layers'
  const first = keys[0] === undefined ? 'no tensor at all' : `${keys.length} tensors such as "${keys[0]}"`
  return new DiffusionError({
    field: path, expected: `a LoRA of this model (layers such as ${example})`, found: first,
    remedy: remedyFor(keys, wrongShape, skipped),
  })
}

function remedyFor(keys: readonly string[], wrongShape: readonly WrongShape[], skipped: readonly string[]): string {
  const [wrong] = wrongShape
  if (wrong) {
    return `It is for a model of another size: ${wrong.name} is [${wrong.expected.join(', ')}] here and `
      + `[${wrong.found.join(', ')}] there. Load the model that it was trained on.`
  }
  if (skipped.length > 0) return 'It changes the text encoder alone: connect the text encoder as well.'
  const other = OTHER_MODELS.find(([form]) => keys.some((key) => form.test(key)))
  if (other) return `It seems to be made for ${other[1]}. Load the model that it was trained on.`
  if (keys.some((key) => key.includes('lora'))) return 'Load the model that it was trained on.'
  return 'These are whole weights, not a LoRA: load them as a checkpoint over the model.'
}
