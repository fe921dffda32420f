import { expect, test } from 'vitest'
import { sym } from '../graph/dim.ts'
import { Graph } from '../graph/graph.ts'
import { gemm, matMul } from './matmul.ts'
import { at, tabulate, testOp } from './test-op.ts'
import type { TensorData } from '../graph/dtype.ts'

const sum = (n: number, term: (i: number) => number) =>
  Array.from({ length: n }, (_, i) => term(i)).reduce((a, b) => a + b, 0)

testOp('matMul', matMul, {
  shapes: [
    [2, 3, 4],
    [4, 5],
  ],
  expected: (a, b) => tabulate([2, 3, 5], ([n, i, j]) => sum(4, (k) => at(a, [n!, i!, k]) * at(b, [k, j!]))),
})
testOp('matMul with broadcast batches', matMul, {
  shapes: [
    [2, 1, 3, 4],
    [3, 4, 2],
  ],
  expected: (a, b) =>
    tabulate([2, 3, 3, 2], ([n, m, i, j]) => sum(4, (k) => at(a, [n!, 0, i!, k]) * at(b, [m!, k, j!]))),
})
const pick = (t: TensorData, flipped: boolean, i: number, j: number) => at(t, flipped ? [j, i] : [i, j])
for (const transA of [false, true]) {
  for (const transB of [false, true]) {
    testOp(`gemm transA=${transA} transB=${transB}`, (g, x, w, bias) => gemm(g, x, w, { transA, transB, bias }), {
      shapes: [transA ? [4, 3] : [3, 4], transB ? [5, 4] : [4, 5], [5]],
      expected: (x, w, b) =>
        tabulate([3, 5], ([i, j]) => at(b, [j!]) + sum(4, (k) => pick(x, transA, i!, k) * pick(w, transB, k, j!))),
    })
  }
}
testOp('gemm with a full bias', (g, x, w, bias) => gemm(g, x, w, { bias }), {
  shapes: [
    [3, 4],
    [4, 5],
    [3, 5],
  ],
  expected: (x, w, b) => tabulate([3, 5], ([i, j]) => at(b, [i!, j!]) + sum(4, (k) => at(x, [i!, k]) * at(w, [k, j!]))),
})

test('factors that do not fit are refused', () => {
  const g = new Graph(),
    n = sym('n')
  const x = g.input('x', 'float32', [n, 4]),
    w = g.input('w', 'float32', [5, 3])
  expect(() => matMul(g, x, w)).toThrow('MatMul(float32 [n, 4], float32 [5, 3]): the inner dimensions differ')
  expect(() => gemm(g, x, w, { transB: true })).toThrow(
    'Gemm(float32 [n, 4], float32 [5, 3], none): the inner dimensions differ',
  )
  expect(() => gemm(g, x, g.constant(new Float32Array(8), [4, 2]), { bias: g.constant(new Float32Array(3)) })).toThrow(
    'Gemm',
  )
})

test('a multiply-add counts as two operations, with the sizes of the run', () => {
  const g = new Graph()
  const x = g.input('x', 'float32', [sym('b'), sym('n'), 4])
  g.output('y', matMul(g, x, g.constant(new Float32Array(20), [4, 5])))
  expect(g.toModel().flops({ b: 2, n: 3 }).total).toBe(2 * 2 * 3 * 4 * 5)
  expect(() => g.toModel().flops({ b: 2 })).toThrow('"n" has no value')
})
