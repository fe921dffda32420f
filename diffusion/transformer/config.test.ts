import { describe, expect, test } from 'vitest'
import { parsePixArtConfig } from './config.ts'
import { EASYANIMATE_V1_KWARGS, parseMotionKwargs } from './motion-config.ts'

const xl = {
  _class_name: 'Transformer2DModel',
  norm_type: 'ada_norm_single',
  num_attention_heads: 16,
  attention_head_dim: 72,
  in_channels: 4,
  out_channels: 8,
  num_layers: 28,
  patch_size: 2,
  sample_size: 64,
  caption_channels: 4096,
  cross_attention_dim: 1152,
  attention_bias: true,
  activation_fn: 'gelu-approximate',
  norm_eps: 1e-6,
}
const message = (change: object) => {
  try {
    parsePixArtConfig({ ...xl, ...change }, 'transformer/config.json')
    return 'no error'
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

describe('parsePixArtConfig', () => {
  test('reads the published configuration', () => {
    expect(parsePixArtConfig(xl, 'config.json')).toEqual({
      layers: 28,
      heads: 16,
      width: 1152,
      patch: 2,
      inChannels: 4,
      outChannels: 8,
      captionChannels: 4096,
      contextWidth: 1152,
      sampleSize: 64,
      positionScale: 1,
      attentionBias: true,
      activation: 'gelu-approximate',
      normEps: 1e-6,
      sizeConditions: false,
    })
    expect(parsePixArtConfig({ ...xl, sample_size: 128 }, 'config.json')).toMatchObject({
      positionScale: 2,
      sizeConditions: true,
    })
    const sigma = {
      ...xl,
      _class_name: 'PixArtTransformer2DModel',
      sample_size: 128,
      use_additional_conditions: false,
      interpolation_scale: 4,
    }
    expect(parsePixArtConfig(sigma, 'config.json')).toMatchObject({ positionScale: 4, sizeConditions: false })
  })

  test.each([
    ['another model', { _class_name: 'AutoencoderKL' }, '"_class_name": expected "Transformer2DModel" or'],
    [
      'another kind of transformer',
      { norm_type: 'layer_norm' },
      '"norm_type": expected "ada_norm_single", got "layer_norm"',
    ],
    ['a field of another type', { num_layers: '28' }, '"num_layers": expected a whole number from 1 to 512, got "28"'],
    ['an absurd size', { num_layers: 1e9 }, '"num_layers": expected a whole number from 1 to 512, got 1000000000'],
    ['a missing field', { in_channels: null }, '"in_channels": expected a whole number from 1 to 1024, got nothing'],
    [
      'an option that is not PixArt',
      { only_cross_attention: true },
      '"only_cross_attention": expected false, got true',
    ],
    ['widths that do not fit', { cross_attention_dim: 768 }, '"cross_attention_dim": expected 1152, the width'],
    [
      'an odd width',
      { attention_head_dim: 71, num_attention_heads: 1, cross_attention_dim: 71 },
      'divisible by 4, got 71',
    ],
  ])('refuses %s', (_, change, text) => {
    expect(message(change)).toContain(`transformer/config.json, ${text.startsWith('"') ? text : ''}`)
    expect(message(change)).toContain(text)
    expect(message(change)).toMatch(/Choose the transformer folder of a PixArt-alpha or EasyAnimate V1 model/)
  })

  test('refuses what is no object', () => {
    expect(() => parsePixArtConfig([], 'config.json')).toThrow('config.json: expected a JSON object, got []')
  })
})

describe('parseMotionKwargs', () => {
  test('reads the published yaml', () => {
    expect(parseMotionKwargs(EASYANIMATE_V1_KWARGS, 1152, 'yaml')).toEqual({
      heads: 8,
      width: 1152,
      blocks: 1,
      attentions: 2,
      positions: true,
      maxFrames: 4096,
      cell: 2,
    })
  })

  test('has cells of one token without a grid', () => {
    expect(parseMotionKwargs({ ...EASYANIMATE_V1_KWARGS, motion_module_type: 'Vanilla' }, 1152, 'yaml').cell).toBe(1)
  })

  test.each([
    [
      'a block type that cannot run',
      { basic_block_type: 'selfattentiontemporal' },
      '"basic_block_type": expected "motionmodule"',
    ],
    ['3-D patches', { patch_3d: true }, '"patch_3d": expected false, got true'],
    [
      'cross-attention over time',
      { motion_module_kwargs: { attention_block_types: ['Temporal_Cross'] } },
      '"attention_block_types"',
    ],
  ])('refuses %s', (_, change, text) => {
    expect(() => parseMotionKwargs({ ...EASYANIMATE_V1_KWARGS, ...change }, 1152, 'yaml')).toThrow(text)
  })

  test('refuses a transformer whose width its norm cannot divide', () => {
    expect(() => parseMotionKwargs(EASYANIMATE_V1_KWARGS, 48, 'yaml')).toThrow('a multiple of 32')
  })
})
