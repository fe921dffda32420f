import { expect, test } from 'vitest'
import { linear, weightSet } from '../holding/index.ts'
import {
  add,
  attention,
  concat,
  conv2d,
  gelu,
  geluTanh,
  groupNorm,
  layerNorm,
  mul,
  neg,
  reshape,
  silu,
  split,
  transpose,
  upsampleNearest2x,
} from '../ops/index.ts'
import { noise, runModel, tensor } from '../ops/test-op.ts'
import { dimMul, evalDim, sym } from './dim.ts'
import { Graph } from './graph.ts'

test('one session serves every size: a patch transformer over pictures of several sides', async () => {
  const g = new Graph()
  const b = sym('b'),
    h = sym('h'),
    w = sym('w')
  const weights = weightSet(
    new Map([
      ['proj.weight', noise([8, 4, 2, 2])],
      ['to_q.weight', noise([8, 8])],
      ['to_q.bias', noise([8])],
    ]),
    { hold: 'packed', source: 'test' },
  )
  const x = g.input('x', 'float32', [b, 4, dimMul(2, h), dimMul(2, w)])
  const patches = conv2d(g, x, weights.tensor(g, 'proj.weight'), null, { stride: 2 })
  const tokens = layerNorm(g, transpose(g, reshape(g, patches, [b, 8, dimMul(h, w)]), [0, 2, 1]), { eps: 1e-6 })
  const q = linear(g, weights.at('to_q'), tokens)
  const y = silu(g, geluTanh(g, gelu(g, attention(g, q, q, q, { heads: 2 }))))
  const cells = transpose(g, reshape(g, y, [b, h, w, 2, 2, 2]), [0, 5, 1, 3, 2, 4])
  const picture = upsampleNearest2x(g, reshape(g, cells, [b, 2, dimMul(2, h), dimMul(2, w)]))
  const one = g.constant(Float32Array.of(1, 1))
  const normed = groupNorm(g, picture, { groups: 1, weight: one, bias: one, eps: 1e-5 })
  const made = concat(g, split(g, normed, 2, 1), 1)
  g.output('y', made)
  const model = g.toModel()
  for (const size of [
    { b: 2, h: 3, w: 5 },
    { b: 1, h: 2, w: 2 },
  ]) {
    const { y } = await runModel(model, { x: noise([size.b, 4, 2 * size.h, 2 * size.w]) })
    expect(y!.shape).toEqual(made.shape.map((d) => evalDim(d, size)))
    expect((y!.data as Float32Array).every(Number.isFinite)).toBe(true)
  }
})

test('node names carry the path and are unique; flops are told by node', () => {
  const g = new Graph()
  const x = g.input('x', 'float32', [3])
  const ff = g.scope('blocks.0').scope('ff')
  g.output('y', add(ff, add(ff, x, x), neg(g.scope('head'), x)))
  expect(g.nodes.map((n) => n.name)).toEqual(['blocks.0/ff/Add', 'head/Neg', 'blocks.0/ff/Add_1'])
  expect([...g.toModel().flops({}).byNode]).toEqual([
    ['blocks.0/ff/Add', 3],
    ['head/Neg', 3],
    ['blocks.0/ff/Add_1', 3],
  ])
})

test('what no output needs is left out', async () => {
  const g = new Graph()
  const x = g.input('x', 'float32', [1])
  mul(g, x, g.constant(new Float32Array(1000), [1000]))
  g.output('y', neg(g, x))
  const model = g.toModel()
  expect(model.bytes.length).toBeLessThan(300)
  expect((await runModel(model, { x: tensor([1], Float32Array.of(2)) }))['y']!.data).toEqual(Float32Array.of(-2))
})

test('taps become outputs where they are asked for; a value may be several outputs, and an input one', async () => {
  for (const taps of [true, false]) {
    const g = new Graph({ taps })
    const x = g.input('x', 'float32', [1])
    const y = g.tap('mid', neg(g, x))
    g.output('y', y)
    g.output('same', y)
    g.output('given', x)
    const outputs = await runModel(g.toModel(), { x: tensor([1], Float32Array.of(2)) })
    expect(Object.fromEntries(Object.entries(outputs).map(([name, t]) => [name, t.data[0]]))).toEqual({
      ...(taps ? { mid: -2 } : {}),
      y: -2,
      same: -2,
      given: 2,
    })
  }
})

test('names that are taken, and constants of the wrong size, are refused', () => {
  const g = new Graph()
  const x = g.input('x', 'float32', [1])
  g.output('y', x)
  expect(() => g.input('x', 'float32', [1])).toThrow('already has an input "x"')
  expect(() => g.output('y', x)).toThrow('already has an output "y"')
  expect(() => g.scope('head').constant(new Float32Array(3), [2, 2])).toThrow(
    'shape [2, 2] was given 3 elements, in head',
  )
  g.initializer('w', noise([2]))
  expect(() => g.initializer('w', noise([2]))).toThrow('already has another weight "w"')
})

test('equal small constants are one initializer; -0 and 0 are two', () => {
  const g = new Graph()
  expect(g.constant(1)).toBe(g.constant(1))
  expect(g.constant(0)).not.toBe(g.constant(-0))
  expect(g.constant(Int32Array.of(1))).not.toBe(g.constant(Float32Array.of(1)))
})
