import { expect, test } from 'vitest'
import { Graph, type Target } from '../graph/graph.ts'
import type { TensorData } from '../graph/dtype.ts'
import { sym } from '../graph/dim.ts'
import { attention } from './attention.ts'
import { at, maxDifference, noise, runGraph, tabulate, tensor, testOp } from './test-op.ts'

interface Extras {
  readonly heads: number
  readonly scale: number
  /** Added to the score of query i and key j of batch n, head h. */
  readonly bias?: (n: number, h: number, i: number, j: number) => number
}

/** Attention by its definition. */
function reference(q: TensorData, k: TensorData, v: TensorData, { heads, scale, bias }: Extras): TensorData {
  const [, T, D] = k.shape as [number, number, number]
  const keys = Array.from({ length: T }, (_, j) => j),
    width = D / heads
  return tabulate(q.shape, ([n, i, d]) => {
    const h = Math.floor(d! / width)
    const scores = keys.map(
      (j) =>
        (bias?.(n!, h, i!, j) ?? 0) +
        scale *
          Array.from(
            { length: width },
            (_, c) => at(q, [n!, i!, h * width + c]) * at(k, [n!, j, h * width + c]),
          ).reduce((a, b) => a + b),
    )
    const top = Math.max(...scores),
      weights = scores.map((s) => Math.exp(s - top))
    return keys.reduce((sum, j) => sum + weights[j]! * at(v, [n!, j, d!]), 0) / weights.reduce((a, b) => a + b)
  })
}

const shapes = [
  [2, 3, 4],
  [2, 5, 4],
  [2, 5, 4],
]
testOp('attention', (g, q, k, v) => attention(g, q, k, v, { heads: 2 }), {
  shapes,
  expected: (q, k, v) => reference(q, k, v, { heads: 2, scale: 1 / Math.sqrt(2) }),
})
testOp(
  'attention without a scale, with a bias',
  (g, q, k, v, bias) => attention(g, q, k, v, { heads: 2, scale: 1, bias }),
  {
    shapes: [...shapes, [1, 2, 3, 5]],
    expected: (q, k, v, bias) =>
      reference(q, k, v, { heads: 2, scale: 1, bias: (_, h, i, j) => at(bias, [0, h, i, j]) }),
  },
)

const keep = Int32Array.of(1, 1, 0, 0, 0, 1, 1, 1, 1, 0)
testOp(
  'attention with a mask',
  (g, q, k, v) => attention(g, q, k, v, { heads: 2, keyMask: g.constant(keep, [2, 5]) }),
  {
    shapes,
    expected: (q, k, v) =>
      reference(q, k, v, { heads: 2, scale: 1 / Math.sqrt(2), bias: (n, _, __, j) => (keep[n * 5 + j] ? 0 : -1e4) }),
  },
)

test('fused and written out, they agree also where every key is dropped', async () => {
  const inputs = shapes.map((shape, i) => noise(shape, i + 1)),
    mask = tensor([2, 5], new Int32Array(10))
  const run = (target: Target) =>
    runGraph([...inputs, mask], (g, q, k, v, keyMask) => attention(g, q, k, v, { heads: 2, keyMask }), { target })
  const [fused] = await run({ device: 'cpu' }),
    [written] = await run({ device: 'webgpu' })
  expect(maxDifference(fused!, written!)).toBeLessThan(1e-3)
})

test('operands that do not fit are refused', () => {
  const g = new Graph()
  const q = g.input('q', 'float32', [sym('b'), 3, 6]),
    mask = g.input('mask', 'int32', [sym('b'), 4])
  expect(() => attention(g, q, q, q, { heads: 4 })).toThrow('6 is not divisible by 4')
  expect(() => attention(g, q, q, q, { heads: 2, keyMask: mask })).toThrow('the key mask must be int32 [B, T]')
  expect(() => attention(g, q, q, q, { heads: 2, bias: g.constant(0) })).toThrow(
    'the bias must be [B | 1, H | 1, S, T]',
  )
})
