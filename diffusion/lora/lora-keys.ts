/**
 * The names under which LoRA files keep their factors.
 * - kohya: `lora_unet__transformer_blocks_0_attn1_to_q.lora_down.weight`, `lora_te_…`; dots of the module path became
 *   underscores, and EasyAnimate's trainer writes two underscores after the prefix, since its root has an empty name;
 * - diffusers and PEFT: `transformer.transformer_blocks.0.attn1.to_q.lora_A.weight`, `….lora.down.weight`,
 *   `base_model.model.….lora_B.weight`, `….attn1.processor.to_q_lora.up.weight`.
 */
import { DiffusionError } from '../error.ts'

/** The model that a pair of factors belongs to. */
export type LoraTarget = 'transformer' | 'textEncoder'

export interface LoraKey {
  readonly family: 'kohya' | 'diffusers'
  /** Null where the name leaves it open, as in a PEFT adapter. */
  readonly target: LoraTarget | null
  /** Module path; in the kohya family with underscores for dots. */
  readonly module: string
  /** The key starts as a PEFT adapter's do, whose scale is in adapter_config.json. */
  readonly adapter: boolean
  readonly part: 'down' | 'up' | 'alpha'
}

const PARTS: Readonly<Record<string, LoraKey['part']>> = { A: 'down', B: 'up', down: 'down', up: 'up' }

/** Forms of low-rank training that are no plain LoRA. */
const OTHER_METHODS: readonly (readonly [RegExp, string])[] = [
  [/\.hada_w[12]/, 'LoHa'], [/\.lokr_w[12]/, 'LoKr'], [/\.(dora_scale|lora_magnitude_vector)/, 'DoRA'],
  [/\.oft_/, 'OFT'], [/\.lora_mid\./, 'a LoRA of convolutions'], [/\.lora_embedding_[AB]/, 'a LoRA of an embedding'],
  [/\.lora(_[AB]|_down|_up|\.down|\.up)(\.\w+)?\.bias$/, 'a LoRA with biases'],
]

/**
 * What a key of a LoRA file says; null for a key that is none of a LoRA.
 * @throws DiffusionError for LoHa, LoKr, DoRA and other forms that a plain product of two factors does not cover.
 */
export function parseLoraKey(key: string): LoraKey | null {
  const other = OTHER_METHODS.find(([form]) => form.test(key))
  if (other) {
    throw new DiffusionError({
      field: key, expected: 'LoRA factors of linear layers', found: other[1],
      remedy: 'Convert it to a plain LoRA, or merge it into a checkpoint with the tool that made it.',
    })
  }
  const factor = /^(.+?)[._]lora(?:_linear_layer)?[._](A|B|down|up)(?:\.[\w-]+)?\.weight$/.exec(key)
  if (factor) return describe(factor[1]!, PARTS[factor[2]!]!)
  const alpha = /^(.+?)(?:[._]lora)?\.alpha$/.exec(key)
  return alpha ? describe(alpha[1]!, 'alpha') : null
}

function describe(layer: string, part: LoraKey['part']): LoraKey {
  const kohya = /^lora_(unet|transformer|te\d?)_{1,2}(.+)$/.exec(layer)
  if (kohya) {
    const target = kohya[1]!.startsWith('te') ? 'textEncoder' : 'transformer'
    return { family: 'kohya', target, module: kohya[2]!, adapter: false, part }
  }
  const prefix = PREFIXES.find(({ text }) => layer.startsWith(text))
  const module = layer.slice(prefix?.text.length ?? 0).replace(/\.processor\.(\w+)$/, '.$1')
  return { family: 'diffusers', target: prefix?.target ?? null, module, adapter: prefix?.adapter ?? false, part }
}

const PREFIXES: readonly { readonly text: string; readonly target: LoraTarget | null; readonly adapter?: boolean }[] = [
  { text: 'base_model.model.', target: null, adapter: true },
  { text: 'transformer.', target: 'transformer' },
  { text: 'unet.', target: 'transformer' },
  { text: 'diffusion_model.', target: 'transformer' },
  { text: 'text_encoder.', target: 'textEncoder' },
]
