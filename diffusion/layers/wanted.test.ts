import { describe, expect, test } from 'vitest'
import { parseT5Config } from '../text/t5-config.ts'
import { t5Encoder } from '../text/t5-encoder.ts'
import { parsePixArtConfig } from '../transformer/config.ts'
import { easyAnimateV1 } from '../transformer/easyanimate.ts'
import { EASYANIMATE_V1_KWARGS, parseMotionKwargs } from '../transformer/motion-config.ts'
import { wantedByModel } from '../recipes/describe-dit.ts'
import { wantedByT5 } from '../recipes/describe-text-encoder.ts'
import { wantedBy } from './wanted.ts'

const config = parsePixArtConfig(
  {
    norm_type: 'ada_norm_single',
    num_attention_heads: 4,
    attention_head_dim: 8,
    in_channels: 4,
    out_channels: 8,
    num_layers: 3,
    patch_size: 2,
    sample_size: 16,
    caption_channels: 40,
    attention_bias: true,
    activation_fn: 'gelu-approximate',
  },
  'config.json',
)
const motion = parseMotionKwargs(EASYANIMATE_V1_KWARGS, config.width, 'kwargs')
const t5 = parseT5Config(
  { num_layers: 4, d_model: 32, d_kv: 8, num_heads: 2, d_ff: 48, vocab_size: 50, feed_forward_proj: 'relu' },
  'config.json',
)

describe('what a model wants', () => {
  test('is named and shaped as in the checkpoint', () => {
    const { keys, linears } = wantedByModel({ family: 'easyanimate-v1', config, motion })
    const block = 'transformer_blocks.2'
    expect(keys.get('pos_embed.proj.weight')).toEqual([32, 4, 2, 2])
    expect(keys.get(`${block}.scale_shift_table`)).toEqual([6, 32])
    expect(keys.get(`${block}.attn_temporal.temporal_transformer.transformer_blocks.0.ff.net.0.proj.weight`)).toEqual([
      256, 32,
    ])
    expect(linears.get('adaln_single.linear')).toEqual([192, 32])
    expect(linears.has('pos_embed.proj')).toBe(false)
  })

  test('is the same found from one block as from all', () => {
    const sorted = <T>(names: ReadonlyMap<string, T>) => [...names].sort(([a], [b]) => (a < b ? -1 : 1))
    for (const [quick, whole] of [
      [wantedByModel({ family: 'easyanimate-v1', config, motion }), wantedBy((w) => easyAnimateV1(w, config, motion))],
      [wantedByT5(t5), wantedBy((w) => t5Encoder(w, t5))],
    ] as const) {
      expect(sorted(quick.keys)).toEqual(sorted(whole.keys))
      expect(sorted(quick.linears)).toEqual(sorted(whole.linears))
    }
  })

  test('leaves gates out where the MLP has none, and has the position bias in the first block alone', () => {
    const { keys } = wantedByT5(t5)
    expect(keys.has('encoder.block.3.layer.1.DenseReluDense.wi.weight')).toBe(true)
    expect([...keys.keys()].filter((key) => key.includes('relative_attention_bias'))).toEqual([
      'encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight',
    ])
  })
})
