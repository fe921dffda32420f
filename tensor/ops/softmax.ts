import { dimMul, dimProduct } from '../graph/dim.ts'
import type { Graph } from '../graph/graph.ts'
import { definePrimitive } from '../graph/primitive.ts'
import type { Value } from '../graph/value.ts'
import { mul, sub } from './elementwise.ts'
import { reduceSum } from './reduce.ts'
import { normalAxis } from './shapes.ts'

/** exp(x) / Σ exp(x) along an axis. */
export const softmax = (g: Graph, x: Value, axis = -1): Value => softmaxOver(g, x, { axis })

const softmaxOver = definePrimitive<['x'], { axis: number }>({
  onnx: 'Softmax',
  inputs: ['x'],
  attributes: ({ axis }) => ({ axis: { int: axis } }),
  shape: ({ x }, { axis }) => (normalAxis(x, axis), x.shape),
  flops: ({ x }) => dimMul(5, dimProduct(x.shape)),
  // ∂x = y (∂y − Σ ∂y·y)
  grad: ({ g, dy, y, options: { axis } }) => ({ x: mul(g, y, sub(g, dy, reduceSum(g, mul(g, dy, y), [axis]))) }),
})
