import { expect, test } from 'vitest'
import { Graph } from '../graph/graph.ts'
import { sym } from '../graph/dim.ts'
import {
  abs,
  add,
  cast,
  clip,
  cos,
  div,
  equal,
  erf,
  exp,
  less,
  lessOrEqual,
  log,
  maximum,
  minimum,
  mul,
  neg,
  not,
  pow,
  sigmoid,
  sign,
  sin,
  sqrt,
  sub,
  tanh,
  where,
} from './elementwise.ts'
import { runGraph, tensor, testOp } from './test-op.ts'

const pair = [[2, 3], [3]]
const positive = [0.5, 2] as const

testOp('add', add, { shapes: pair, reference: (a, b) => a + b })
testOp('sub', sub, {
  shapes: [
    [2, 1],
    [1, 3],
  ],
  reference: (a, b) => a - b,
})
testOp('mul', mul, { shapes: pair, reference: (a, b) => a * b })
testOp('div', div, { shapes: pair, range: positive, reference: (a, b) => a / b })
testOp('pow', (g, x) => pow(g, x, g.constant(3)), { shapes: [[2, 3]], range: positive, reference: (x) => x ** 3 })
testOp('minimum', minimum, { shapes: pair, reference: Math.min })
testOp('maximum', maximum, { shapes: pair, reference: Math.max })
testOp('neg', neg, { shapes: [[5]], reference: (x) => -x })
testOp('exp', exp, { shapes: [[5]], reference: Math.exp })
testOp('log', log, { shapes: [[5]], range: positive, reference: Math.log })
testOp('sqrt', sqrt, { shapes: [[5]], range: positive, reference: Math.sqrt })
testOp('abs', abs, { shapes: [[5]], range: positive, reference: Math.abs })
testOp('sign', sign, { shapes: [[5]], reference: Math.sign, gradient: false })
testOp('sin', sin, { shapes: [[5]], reference: Math.sin })
testOp('cos', cos, { shapes: [[5]], reference: Math.cos })
testOp('tanh', tanh, { shapes: [[5]], reference: Math.tanh })
testOp('sigmoid', sigmoid, { shapes: [[5]], reference: (x) => 1 / (1 + Math.exp(-x)) })
testOp('erf', erf, {
  shapes: [[5]],
  range: [-0.01, 0.01],
  reference: (x) => (2 / Math.sqrt(Math.PI)) * (x - x ** 3 / 3),
})
testOp('clip', (g, x) => clip(g, x, -0.3, 0.4), {
  shapes: [[8]],
  reference: (x) => Math.min(Math.max(x, Math.fround(-0.3)), Math.fround(0.4)),
})
testOp('where', (g, a, b) => where(g, less(g, g.constant(Float32Array.of(1, 5, 1)), g.constant(3)), a, b), {
  shapes: [
    [2, 3],
    [2, 3],
  ],
  expected: (a, b) =>
    tensor(
      [2, 3],
      Float32Array.of(0, 1, 2, 3, 4, 5).map((i) => Number((i % 3 === 1 ? b : a).data[i])),
    ),
})
testOp('a value used twice', (g, x) => mul(g, x, add(g, x, x)), { shapes: [[5]], reference: (x) => 2 * x * x })

test('comparisons give truth values', async () => {
  const a = tensor([3], Float32Array.of(1, 2, 3)),
    b = tensor([1], Float32Array.of(2))
  const results = await runGraph([a, b], (g, a, b) => [
    equal(g, a, b),
    less(g, a, b),
    lessOrEqual(g, a, b),
    not(g, less(g, a, b)),
  ])
  expect(results.map((r) => [...r.data])).toEqual([
    [0, 1, 0],
    [1, 0, 0],
    [1, 1, 0],
    [0, 1, 1],
  ])
})

test('cast goes through every type of number', async () => {
  const [y] = await runGraph([tensor([3], Int32Array.of(-1, 0, 7))], (g, x) =>
    cast(g, cast(g, cast(g, x, 'float16'), 'int64'), 'float32'),
  )
  expect(y).toMatchObject({ dtype: 'float32', data: Float32Array.of(-1, 0, 7) })
})

test('operands that do not fit are refused on the line that joins them, with the place', () => {
  const g = new Graph().scope('blocks.3').scope('attn1')
  const x = g.input('x', 'float32', [2, sym('n'), 64]),
    y = g.input('y', 'float32', [2, 8, 64])
  expect(() => add(g, x, y)).toThrow(
    'Add(float32 [2, n, 64], float32 [2, 8, 64]): shapes [2, n, 64] and [2, 8, 64] do not broadcast, in blocks.3/attn1',
  )
  expect(() => add(g, x, g.constant(Int32Array.of(1)))).toThrow('the element types differ')
})
