import { expect, test } from 'vitest'
import { attention, gather, gelu, less, matMul, mul, reduceMean, reduceSum, where } from '../ops/index.ts'
import { noise, runModel, tensor } from '../ops/test-op.ts'
import { sym } from './dim.ts'
import { gradients } from './gradients.ts'
import { Graph } from './graph.ts'

test('least squares on one graph: ∂/∂w mean (x·w − y)² = 2/n xᵀ(x·w − y), sizes known at run time', async () => {
  const g = new Graph({ target: { device: 'cpu', training: true } })
  const x = g.input('x', 'float32', [sym('n'), 2]),
    w = g.input('w', 'float32', [2, 1])
  const y = matMul(g, x, w)
  const loss = reduceMean(g, mul(g, y, y), [0, 1], { keepDims: false })
  g.output('dw', gradients(g, loss, [w])[0]!)
  const { dw } = await runModel(g.toModel(), {
    x: tensor([3, 2], Float32Array.of(1, 2, 3, 4, 5, 6)),
    w: tensor([2, 1], Float32Array.of(1, -1)),
  })
  expect(dw).toMatchObject({ shape: [2, 1], data: Float32Array.of(-6, -8) }) // x·w = [-1, -1, -1]
})

test('a parameter that the loss does not depend on gets zeros', async () => {
  const g = new Graph()
  const x = g.input('x', 'float32', [2]),
    unused = g.input('unused', 'float32', [2, 2])
  g.output('d', gradients(g, reduceSum(g, x, [0]), [unused])[0]!)
  const { d } = await runModel(g.toModel(), { x: noise([2]), unused: noise([2, 2]) })
  expect(d!.data).toEqual(new Float32Array(4))
})

test('backward nodes carry the path of what they differentiate', () => {
  const g = new Graph()
  const x = g.input('x', 'float32', [2, 2])
  const loss = reduceSum(g, matMul(g.scope('blocks.0/ff'), x, x), [0, 1])
  gradients(g, loss, [x])
  expect(g.nodes.map((n) => n.name)).toContain('gradients/blocks.0/ff/MatMul/Transpose')
})

test('an operator without a gradient says why, when it is on the way', () => {
  const g = new Graph()
  const x = g.input('x', 'float32', [2, 3]),
    ids = g.input('ids', 'int64', [1])
  expect(() => gradients(g, reduceSum(g, gelu(g, x), [0, 1]), [x])).toThrow(
    'no gradient flows through Gelu (node "Gelu"): fused: training writes it in primitives',
  )
  expect(() => gradients(g, reduceSum(g, gather(g, x, ids), [0, 1]), [x])).toThrow('tables are not trained')
  const chosen = where(g, less(g, x, g.constant(0)), x, mul(g, x, x)) // the comparison is not on the way
  expect(gradients(g, reduceSum(g, chosen, [0, 1]), [x])[0]!.shape).toEqual([2, 3])
  expect(() => gradients(g, x, [x])).toThrow('the loss must be a single number')
})

test('training writes attention in primitives', () => {
  const g = new Graph({ target: { device: 'cpu', training: true } })
  const q = g.input('q', 'float32', [1, 2, 4])
  attention(g, q, q, q, { heads: 2 })
  expect(g.nodes.map((n) => n.op)).not.toContain('MultiHeadAttention')
})
