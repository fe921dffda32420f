/** What a checkpoint is, judged by its keys: what errors say when a file is not what was asked for. */

const FAMILIES: readonly (readonly [pattern: RegExp, family: string])[] = [
  [/(^|\.)lora_(unet|te)_|\.lora_(A|B|down|up)\b|\.alpha$/, 'a LoRA'],
  [/^model\.diffusion_model\./, 'a single-file Stable Diffusion checkpoint'],
  [
    /^(time_embedding|add_embedding|down_blocks\.\d+\.attentions\.\d+\.transformer_blocks)\./,
    'a Stable Diffusion U-Net',
  ],
  [
    /^(double_blocks|single_transformer_blocks|joint_blocks|single_blocks)\./,
    'another kind of diffusion transformer (Flux, SD3)',
  ],
  [
    /^(encoder|decoder)\.(down_blocks|up_blocks|mid_block|conv_in|down|up|mid)\b|^post_quant_conv\./,
    'an autoencoder (VAE)',
  ],
  [/^encoder\.block\.\d+\.layer\.|^shared\.weight$/, 'a T5 text encoder'],
  [/^text_model\./, 'a CLIP text encoder'],
  [/^adaln_single\./, 'a PixArt-alpha transformer'],
  [/attn_temporal\.|\.temporal_transformer\./, 'a motion module'],
]

/** The kind of model that these keys belong to, as messages name it: "a motion module". */
export function kindOfWeights(keys: Iterable<string>): string {
  const names = [...keys]
  const found = FAMILIES.find(([pattern]) => names.some((name) => pattern.test(name)))
  return found?.[1] ?? `weights of an unknown model (${names.slice(0, 2).join(', ')}, …)`
}
