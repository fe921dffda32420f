import { expect, test } from 'vitest'
import { sym } from '../graph/dim.ts'
import type { TensorData } from '../graph/dtype.ts'
import { Graph } from '../graph/graph.ts'
import { gelu, geluTanh, silu } from './activation.ts'
import { conv2d, conv3d, pad, upsampleNearest2x } from './conv.ts'
import { groupNorm, layerNorm, rmsNorm } from './norm.ts'
import { at, tabulate, testOp } from './test-op.ts'

/** Φ(x)'s erf, by its series: enough terms for |x| < 3. */
function erf(x: number): number {
  let term = x,
    sum = x
  for (let n = 1; n < 60; n++) {
    term *= (-x * x) / n
    sum += term / (2 * n + 1)
  }
  return (2 / Math.sqrt(Math.PI)) * sum
}

const wide = [-3, 3] as const
testOp('silu', silu, { shapes: [[3, 5]], range: wide, reference: (x) => x / (1 + Math.exp(-x)) })
testOp('gelu', gelu, { shapes: [[3, 5]], range: wide, reference: (x) => (x / 2) * (1 + erf(x / Math.SQRT2)) })
testOp('geluTanh', geluTanh, {
  shapes: [[3, 5]],
  range: wide,
  reference: (x) => (x / 2) * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3))),
})

/** Mean and 1/√(variance + eps) of some numbers. */
function moments(x: number[], eps: number) {
  const mean = x.reduce((a, b) => a + b) / x.length
  return { mean, scale: 1 / Math.sqrt(x.reduce((s, v) => s + (v - mean) ** 2, 0) / x.length + eps) }
}
const row = ({ data, shape }: TensorData, i: number): number[] =>
  Array.from(data.slice(i * shape.at(-1)!, (i + 1) * shape.at(-1)!), Number)

testOp('layerNorm', (g, x) => layerNorm(g, x, { eps: 1e-3 }), {
  shapes: [[2, 4]],
  expected: (x) =>
    tabulate([2, 4], ([i, j]) => {
      const m = moments(row(x, i!), 1e-3)
      return (at(x, [i!, j!]) - m.mean) * m.scale
    }),
})
testOp('layerNorm with weight and bias', (g, x, weight, bias) => layerNorm(g, x, { weight, bias, eps: 1e-3 }), {
  shapes: [[2, 4], [4], [4]],
  expected: (x, w, b) =>
    tabulate([2, 4], ([i, j]) => {
      const m = moments(row(x, i!), 1e-3)
      return (at(x, [i!, j!]) - m.mean) * m.scale * at(w, [j!]) + at(b, [j!])
    }),
})
testOp('rmsNorm', (g, x, weight) => rmsNorm(g, x, { weight, eps: 1e-3 }), {
  shapes: [[2, 4], [4]],
  expected: (x, w) =>
    tabulate(
      [2, 4],
      ([i, j]) => (at(x, [i!, j!]) / Math.sqrt(row(x, i!).reduce((s, v) => s + v * v, 0) / 4 + 1e-3)) * at(w, [j!]),
    ),
})
testOp('groupNorm', (g, x, weight, bias) => groupNorm(g, x, { groups: 2, weight, bias, eps: 1e-3 }), {
  shapes: [[2, 4, 2, 1], [4], [4]],
  expected: (x, w, b) =>
    tabulate([2, 4, 2, 1], ([n, c, i]) => {
      const first = c! < 2 ? 0 : 2
      const m = moments(
        [0, 1, 2, 3].map((k) => at(x, [n!, first + (k >> 1), k & 1, 0])),
        1e-3,
      )
      return (at(x, [n!, c!, i!, 0]) - m.mean) * m.scale * at(w, [c!]) + at(b, [c!])
    }),
})

/** A convolution by its definition; `pads` are the counts before each axis. */
function convolution(
  x: TensorData,
  w: TensorData,
  b: TensorData,
  out: number[],
  stride: number[],
  pads: number[],
): TensorData {
  const kernel = w.shape.slice(2)
  return tabulate(out, ([n, o, ...place]) => {
    let sum = at(b, [o!])
    tabulate([w.shape[1]!, ...kernel], ([c, ...tap]) => {
      const source = tap.map((t, i) => place[i]! * stride[i]! + t - pads[i]!)
      const inside = source.every((s, i) => s >= 0 && s < x.shape[i + 2]!)
      return (sum += inside ? at(x, [n!, c!, ...source]) * at(w, [o!, c!, ...tap]) : 0)
    })
    return sum
  })
}

testOp('conv2d', (g, x, w, b) => conv2d(g, x, w, b, { stride: 2, padding: [0, 0, 1, 1] }), {
  shapes: [[2, 3, 5, 4], [2, 3, 3, 3], [2]],
  gradient: false,
  expected: (x, w, b) => convolution(x, w, b, [2, 2, 2, 2], [2, 2], [0, 0]),
})
testOp('conv3d', (g, x, w, b) => conv3d(g, x, w, b, { stride: [1, 2, 1], padding: [2, 0, 1, 0, 0, 1] }), {
  shapes: [[1, 2, 3, 4, 3], [2, 2, 3, 2, 3], [2]],
  gradient: false,
  expected: (x, w, b) => convolution(x, w, b, [1, 2, 3, 2, 3], [1, 2, 1], [2, 0, 1]),
})
testOp('pad', (g, x) => pad(g, x, [0, 2, 1, 0]), {
  shapes: [[2, 3]],
  expected: (x) => tabulate([3, 5], ([i, j]) => (i! < 2 && j! > 1 ? at(x, [i!, j! - 2]) : 0)),
})
testOp('upsampleNearest2x', upsampleNearest2x, {
  shapes: [[1, 2, 2, 3]],
  gradient: false,
  expected: (x) => tabulate([1, 2, 4, 6], ([n, c, i, j]) => at(x, [n!, c!, i! >> 1, j! >> 1])),
})

test('a convolution whose side does not divide rounds down, whatever the side', () => {
  const g = new Graph(),
    h = sym('h')
  const x = g.input('x', 'float32', [1, 3, h, h])
  const y = conv2d(g, x, g.constant(new Float32Array(12), [1, 3, 2, 2]), null, { stride: 2 })
  g.output('y', y)
  expect(g.toModel().flops({ h: 9 }).total).toBe(2 * 4 * 4 * 12)
})

test('operands that do not fit are refused', () => {
  const g = new Graph()
  const x = g.input('x', 'float32', [1, 3, 4, 4])
  expect(() => conv2d(g, x, g.constant(new Float32Array(8), [1, 2, 2, 2]))).toThrow('the numbers of channels differ')
  expect(() => conv2d(g, x, g.constant(new Float32Array(12), [1, 3, 2, 2]), null, { padding: [1, 1] })).toThrow(
    'needs 2 strides and 4 paddings',
  )
  expect(() => layerNorm(g, x, { weight: g.constant(new Float32Array(3)), eps: 1 })).toThrow('do not fit')
  expect(() => pad(g, x, [1])).toThrow('8 counts are needed')
})
