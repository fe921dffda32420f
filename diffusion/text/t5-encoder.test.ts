import { describe, expect, test } from 'vitest'
import { parseT5Config } from './t5-config.ts'
import { presentT5Entries, relativeBuckets } from './t5-encoder.ts'

describe('relativeBuckets', () => {
  const published = { buckets: 32, maxDistance: 128 }
  const table = relativeBuckets(300, published)
  const bucket = (query: number, key: number) => table[query * 300 + key]

  test('gives each of the eight nearest distances a bucket, keys ahead in the upper half', () => {
    expect(Array.from({ length: 8 }, (_, d) => bucket(20, 20 - d))).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
    expect(Array.from({ length: 7 }, (_, d) => bucket(20, 21 + d))).toEqual([17, 18, 19, 20, 21, 22, 23])
  })

  test('widens with the logarithm of the distance, up to the last bucket', () => {
    // the borders that transformers' _relative_position_bucket has for 32 buckets and distance 128
    const first = (wanted: number) => Array.from({ length: 300 }, (_, d) => bucket(299, 299 - d)).indexOf(wanted)
    expect([8, 9, 10, 11, 12, 13, 14, 15].map(first)).toEqual([8, 12, 16, 23, 32, 46, 64, 91])
    expect(bucket(299, 0)).toBe(15)
    expect(bucket(0, 299)).toBe(31)
  })
})

test('takes the embedding under either of its names', () => {
  const tied = new Map([
    ['encoder.embed_tokens.weight', 'table'],
    ['encoder.final_layer_norm.weight', 'norm'],
  ])
  expect([...presentT5Entries(tied)]).toEqual([
    ['encoder.final_layer_norm.weight', 'norm'],
    ['shared.weight', 'table'],
  ])
  expect([...presentT5Entries(new Map([...tied, ['shared.weight', 'shared']]))]).toContainEqual([
    'shared.weight',
    'shared',
  ])
})

describe('parseT5Config', () => {
  test.each([
    ['gated-gelu', { gated: true, activation: 'gelu-tanh' }],
    ['relu', { gated: false, activation: 'relu' }],
    ['gelu', { gated: false, activation: 'gelu' }],
    ['gated-silu', { gated: true, activation: 'silu' }],
  ])('feed_forward_proj "%s"', (projection, wanted) => {
    expect(parseT5Config({ feed_forward_proj: projection }, 'config.json')).toMatchObject(wanted)
  })

  test('refuses another model', () => {
    expect(() => parseT5Config({ model_type: 'clip_text_model' }, 'text_encoder/config.json')).toThrow(
      'text_encoder/config.json, "model_type": expected "t5" or "mt5", got "clip_text_model"',
    )
  })
})
