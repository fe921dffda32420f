/** The official full-size configurations, as their config.json files have them. */
import { parseT5Config } from '../diffusion/text/t5-config.ts'
import { parsePixArtConfig } from '../diffusion/transformer/config.ts'
import { EASYANIMATE_V1_KWARGS, parseMotionKwargs } from '../diffusion/transformer/motion-config.ts'
import { parseKlConfig } from '../diffusion/vae/kl-config.ts'

/** PixArt-alpha/PixArt-XL-2-512x512, transformer/config.json; heads and layers may be fewer for a smaller figure. */
export const pixArtJson = ({ heads = 16, headWidth = 72, layers = 28 } = {}) => ({
  _class_name: 'Transformer2DModel', activation_fn: 'gelu-approximate', attention_bias: true, attention_head_dim: headWidth,
  caption_channels: 4096, cross_attention_dim: heads * headWidth, in_channels: 4, norm_elementwise_affine: false,
  norm_eps: 1e-6, norm_type: 'ada_norm_single', num_attention_heads: heads, num_layers: layers, out_channels: 8,
  patch_size: 2, sample_size: 64,
})

/** PixArt-alpha/PixArt-XL-2-512x512, text_encoder/config.json (T5 v1.1 XXL); layers may be fewer for a smaller figure. */
export const t5XxlJson = (layers = 24) => ({
  model_type: 't5', d_ff: 10_240, d_kv: 64, d_model: 4096, feed_forward_proj: 'gated-gelu', layer_norm_epsilon: 1e-6,
  num_heads: 64, num_layers: layers, relative_attention_max_distance: 128, relative_attention_num_buckets: 32, vocab_size: 32_128,
})

/** The autoencoder of Stable Diffusion that PixArt-alpha and EasyAnimate V1 use, vae/config.json. */
export const klJson = {
  _class_name: 'AutoencoderKL', act_fn: 'silu', block_out_channels: [128, 256, 512, 512],
  down_block_types: Array<string>(4).fill('DownEncoderBlock2D'), in_channels: 3, latent_channels: 4, layers_per_block: 2,
  norm_num_groups: 32, out_channels: 3, sample_size: 256, scaling_factor: 0.18215,
  up_block_types: Array<string>(4).fill('UpDecoderBlock2D'),
}

export const pixArtConfig = (size?: Parameters<typeof pixArtJson>[0]) => parsePixArtConfig(pixArtJson(size), 'bench')
export const motionConfig = (width: number) => parseMotionKwargs(EASYANIMATE_V1_KWARGS, width, 'bench')
export const t5Config = (layers?: number) => parseT5Config(t5XxlJson(layers), 'bench')
export const klConfig = () => parseKlConfig(klJson, 'bench')
