import { describe, expect, test } from 'vitest'
import type { Conditioning } from './conditioning.ts'
import { repeatConditioning, stackConditionings, trimConditioning } from './conditioning.ts'

/** Texts of one channel; token i of text n is 10·n + i. */
const texts = (...masks: number[][]): Conditioning => ({
  embeds: {
    dtype: 'float32',
    shape: [masks.length, masks[0]!.length, 1],
    data: Float32Array.from(masks.flatMap((m, n) => m.map((_, i) => 10 * n + i))),
  },
  mask: { dtype: 'int32', shape: [masks.length, masks[0]!.length], data: Int32Array.from(masks.flat()) },
})

describe('conditionings', () => {
  test('are stacked, the shorter filled up with tokens that do not count', () => {
    const { embeds, mask } = stackConditionings([texts([1, 1, 0]), texts([1, 1], [1, 0])])
    expect(embeds).toMatchObject({ shape: [3, 3, 1], data: Float32Array.of(0, 1, 2, 0, 1, 0, 10, 11, 0) })
    expect(mask).toMatchObject({ shape: [3, 3], data: Int32Array.of(1, 1, 0, 1, 1, 0, 1, 0, 0) })
  })

  test('are trimmed to the longest text', () => {
    const { embeds, mask } = trimConditioning(texts([1, 0, 0, 0], [1, 1, 0, 0]))
    expect(embeds).toMatchObject({ shape: [2, 2, 1], data: Float32Array.of(0, 1, 10, 11) })
    expect(mask).toMatchObject({ shape: [2, 2], data: Int32Array.of(1, 0, 1, 1) })
  })

  test('are left whole where a text has no token that counts: it attends to all alike', () => {
    const given = texts([1, 0, 0], [0, 0, 0])
    expect(trimConditioning(given)).toBe(given)
  })

  test('of one text serve a batch; another number of texts is refused', () => {
    expect(repeatConditioning(texts([1, 1]), 3, 'positive').mask.shape).toEqual([3, 2])
    expect(() => repeatConditioning(texts([1], [1]), 3, 'positive')).toThrow(
      "positive: expected 1 or 3 texts, as the latent's batch has, got 2",
    )
  })
})
