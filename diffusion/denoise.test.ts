import { expect, test } from 'vitest'
import type { Denoise } from './denoise.ts'
import { guided } from './denoise.ts'

test('guidance asks for the negative and the positive text at once, and moves away from the first', async () => {
  const seen: number[][] = []
  // predicts 1 and 2 for the negative text, 2 and 5 for the positive one
  const inner: Denoise = async (x, _t, _step, memory) => {
    seen.push([...x])
    return { output: Float32Array.of(1, 2, 2, 5), memory: { ...memory, calls: 1 } }
  }
  const { output, memory } = await guided(inner, 3)(Float32Array.of(7, 8), 999, 0, {})
  expect(seen).toEqual([[7, 8, 7, 8]])
  expect([...output]).toEqual([1 + 3 * (2 - 1), 2 + 3 * (5 - 2)])
  expect(memory).toEqual({ calls: 1 })
})
