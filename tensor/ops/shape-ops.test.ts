import { expect, test } from 'vitest'
import { dimMul, sym } from '../graph/dim.ts'
import { Graph } from '../graph/graph.ts'
import { concat, gather, slice, split } from './join.ts'
import { range, shapeOf } from './range.ts'
import { reduceMax, reduceMean, reduceSum } from './reduce.ts'
import { expand, reshape } from './reshape.ts'
import { softmax } from './softmax.ts'
import { at, noise, runGraph, runModel, tabulate, tensor, testOp } from './test-op.ts'
import { swapLast, transpose } from './transpose.ts'

testOp('transpose', (g, x) => transpose(g, x, [2, 0, 1]), {
  shapes: [[2, 3, 4]],
  expected: (x) => tabulate([4, 2, 3], ([i, j, k]) => at(x, [j!, k!, i!])),
})
testOp('swapLast', swapLast, {
  shapes: [[2, 3, 4]],
  expected: (x) => tabulate([2, 4, 3], ([n, i, j]) => at(x, [n!, j!, i!])),
})
testOp('reshape', (g, x) => reshape(g, x, [4, -1]), { shapes: [[2, 3, 4]], expected: (x) => ({ ...x, shape: [4, 6] }) })
testOp('expand', (g, x) => expand(g, x, [2, 3, 4]), {
  shapes: [[3, 1]],
  expected: (x) => tabulate([2, 3, 4], ([, i]) => at(x, [i!, 0])),
})
testOp('concat', (g, a, b) => concat(g, [a, b, a], -1), {
  shapes: [
    [2, 3],
    [2, 1],
  ],
  expected: (a, b) => tabulate([2, 7], ([i, j]) => (j === 3 ? at(b, [i!, 0]) : at(a, [i!, j! < 3 ? j! : j! - 4]))),
})
testOp('split', (g, x) => split(g, x, 3, 1)[1]!, {
  shapes: [[2, 6]],
  expected: (x) => tabulate([2, 2], ([i, j]) => at(x, [i!, j! + 2])),
})
testOp('slice', (g, x) => slice(g, x, { axis: 1, start: 1, end: -2 }), {
  shapes: [[2, 6]],
  expected: (x) => tabulate([2, 3], ([i, j]) => at(x, [i!, j! + 1])),
})
testOp('slice with a step', (g, x) => slice(g, x, { axis: 0, start: 1, step: 2 }), {
  shapes: [[5, 2]],
  expected: (x) => tabulate([2, 2], ([i, j]) => at(x, [2 * i! + 1, j!])),
  gradient: false,
})
testOp('gather', (g, table) => gather(g, table, g.constant(BigInt64Array.of(2n, 0n, 2n), [3, 1])), {
  shapes: [[3, 4]],
  expected: (x) => tabulate([3, 1, 4], ([i, , j]) => at(x, [[2, 0, 2][i!]!, j!])),
  gradient: false,
})

const rows = (n: number, f: (i: number) => number) => Array.from({ length: n }, (_, i) => f(i))
testOp('reduceSum', (g, x) => reduceSum(g, x, [-1, 0], { keepDims: false }), {
  shapes: [[2, 3, 2]],
  expected: (x) => tabulate([3], ([i]) => rows(4, (k) => at(x, [k >> 1, i!, k & 1])).reduce((a, b) => a + b)),
})
testOp('reduceMean', (g, x) => reduceMean(g, x, [1]), {
  shapes: [[2, 3]],
  expected: (x) => tabulate([2, 1], ([i]) => rows(3, (k) => at(x, [i!, k])).reduce((a, b) => a + b) / 3),
})
testOp('reduceMax', (g, x) => reduceMax(g, x, [1], { keepDims: false }), {
  shapes: [[2, 3]],
  expected: (x) => tabulate([2], ([i]) => Math.max(...rows(3, (k) => at(x, [i!, k])))),
})
testOp('softmax', (g, x) => softmax(g, x, 0), {
  shapes: [[3, 2]],
  expected: (x) =>
    tabulate(
      [3, 2],
      ([i, j]) => Math.exp(at(x, [i!, j!])) / rows(3, (k) => Math.exp(at(x, [k, j!]))).reduce((a, b) => a + b),
    ),
})

test('sizes that are known only at run time are computed from the shapes of the inputs', async () => {
  const g = new Graph(),
    b = sym('b'),
    h = sym('h'),
    w = sym('w')
  const x = g.input('x', 'float32', [b, dimMul(2, h), w])
  g.output('two unknown', reshape(g, x, [dimMul(b, 2), h, w]))
  g.output('three unknown', reshape(g, x, [w, h, b, 2]))
  g.output('expanded', expand(g, reshape(g, range(g, h, 'float32'), [h, 1]), [b, h, w]))
  g.output('shape', shapeOf(g, x))
  g.output('rest', slice(g, x, { axis: 1, start: h }))
  const model = g.toModel()
  for (const [b, h, w] of [
    [2, 3, 5],
    [1, 1, 4],
  ] as const) {
    const y = await runModel(model, { x: noise([b, 2 * h, w]) })
    expect([y['two unknown'], y['three unknown'], y['expanded'], y['rest']].map((t) => t!.shape)).toEqual([
      [2 * b, h, w],
      [w, h, b, 2],
      [b, h, w],
      [b, h, w],
    ])
    expect(y['shape']!.data).toEqual(BigInt64Array.of(BigInt(b), BigInt(2 * h), BigInt(w)))
  }
})

test('a size that no input has on an axis of its own is named', () => {
  const g = new Graph(),
    h = sym('h'),
    w = sym('w')
  const tokens = g.input('tokens', 'float32', [dimMul(h, w), 4])
  expect(() => reshape(g, tokens, [h, w, 4])).toThrow(
    'the dimension "h" is needed at run time, but no graph input has it',
  )
})

test('shapes that do not fit are refused', () => {
  const g = new Graph().scope('head')
  const x = g.input('x', 'float32', [sym('n'), 6])
  expect(() => reshape(g, x, [sym('n'), 5])).toThrow(
    'Reshape(float32 [n, 6]): 6*n elements do not fit [n, 5], which has 5*n, in head',
  )
  expect(() => reshape(g, x, [4, -1])).toThrow('6*n is not divisible by 4')
  expect(() => split(g, x, 4, 1)).toThrow('Split(float32 [n, 6]): 6 is not divisible by 4, in head')
  expect(() => concat(g, [x, reshape(g, x, [6, sym('n')])], 0)).toThrow('sizes beside axis 0 differ')
  expect(() => transpose(g, x, [0, 0])).toThrow('[0, 0] does not order 2 axes')
  expect(() => slice(g, x, { axis: 1, start: 2, end: 9 })).toThrow('there is no such range on axis 1')
  expect(() => expand(g, x, [sym('n'), 7])).toThrow('do not broadcast')
  expect(() => reduceSum(g, x, [2])).toThrow('axes [2] do not fit a tensor of 2 axes')
})

test('range counts', async () => {
  const [y] = await runGraph([tensor([3], new Float32Array(3))], (g) => range(g, 4))
  expect(y!.data).toEqual(BigInt64Array.of(0n, 1n, 2n, 3n))
})
