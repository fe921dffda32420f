import { describe, expect, test } from 'vitest'
import { parseKlConfig, pixelsPerLatent, presentKlEntries } from './kl-config.ts'

const published = {
  _class_name: 'AutoencoderKL',
  block_out_channels: [128, 256, 512, 512],
  layers_per_block: 2,
  norm_num_groups: 32,
}

describe('parseKlConfig', () => {
  test('reads the published configuration', () => {
    const config = parseKlConfig(published, 'config.json')
    expect(config).toMatchObject({
      channels: [128, 256, 512, 512],
      layers: 2,
      latentChannels: 4,
      midAttention: true,
      scalingFactor: 0.18215,
    })
    expect(pixelsPerLatent(config)).toBe(8)
  })

  test.each([
    ['another model', { _class_name: 'VQModel' }, '"_class_name": expected "AutoencoderKL", got "VQModel"'],
    [
      'channels that the groups cannot divide',
      { norm_num_groups: 30 },
      '"block_out_channels": expected multiples of norm_num_groups, 30, got 128',
    ],
    [
      'an unknown block',
      { down_block_types: ['CrossAttnDownBlock2D'] },
      '"down_block_types": expected a list of "DownEncoderBlock2D"',
    ],
    ['too few blocks', { up_block_types: ['UpDecoderBlock2D'] }, '"up_block_types": expected 4 of them'],
    ['an unknown activation', { act_fn: 'mish' }, '"act_fn": expected "silu"'],
  ])('refuses %s', (_, change, text) => {
    expect(() => parseKlConfig({ ...published, ...change }, 'vae/config.json')).toThrow(text)
  })
})

test('brings the old names of attention under the present ones', () => {
  const old = ['query.weight', 'key.bias', 'value.weight', 'proj_attn.weight', 'group_norm.weight'].map(
    (name) => `decoder.mid_block.attentions.0.${name}`,
  )
  expect([...presentKlEntries(new Map(old.map((key) => [key, 0]))).keys()]).toEqual(
    ['to_q.weight', 'to_k.bias', 'to_v.weight', 'to_out.0.weight', 'group_norm.weight'].map(
      (name) => `decoder.mid_block.attentions.0.${name}`,
    ),
  )
})
