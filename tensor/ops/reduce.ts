import { dimProduct, type Dim } from '../graph/dim.ts'
import type { Graph } from '../graph/graph.ts'
import { definePrimitive } from '../graph/primitive.ts'
import { dimScalar, intConstant } from '../graph/shape-value.ts'
import type { Value } from '../graph/value.ts'
import { cast, div, equal, mul } from './elementwise.ts'
import { expand, reshape } from './reshape.ts'
import { normalAxes } from './shapes.ts'

interface ReduceOptions {
  readonly axes: readonly number[]
  readonly keepDims: boolean
}

type Rule = (x: { g: Graph; dy: Value; x: Value; y: Value; axes: readonly number[] }) => Value

const reduction = (onnx: string, rule: Rule) => {
  const primitive = definePrimitive<['x'], ReduceOptions>({
    onnx,
    inputs: ['x'],
    attributes: ({ keepDims }) => ({ keepdims: { int: keepDims ? 1 : 0 } }),
    sizes: (g, { x }, { axes }) => [intConstant(g, normalAxes(x, axes))],
    shape: ({ x }, { axes, keepDims }) => reduced(x, axes, keepDims),
    flops: ({ x }) => dimProduct(x.shape),
    grad: ({ g, dy, y, x, options: { axes } }) => {
      const kept = reduced(x, axes, true)
      return { x: rule({ g, x, axes, dy: reshape(g, dy, kept), y: reshape(g, y, kept) }) }
    },
  })
  return (g: Graph, x: Value, axes: readonly number[], { keepDims = true }: { keepDims?: boolean } = {}): Value =>
    primitive(g, x, { axes, keepDims })
}

function reduced(x: Value, axes: readonly number[], keepDims: boolean): Dim[] {
  const gone = new Set(normalAxes(x, axes))
  return x.shape.flatMap((d, i) => (gone.has(i) ? (keepDims ? [1] : []) : [d]))
}

/** The sum along axes, which stay as 1 unless `keepDims` is false. */
export const reduceSum = reduction('ReduceSum', ({ g, dy, x }) => expand(g, dy, x.shape))

/** The mean along axes, which stay as 1 unless `keepDims` is false. */
export const reduceMean = reduction('ReduceMean', ({ g, dy, x, axes }) =>
  expand(g, div(g, dy, dimScalar(g, dimProduct(normalAxes(x, axes).map((a) => x.shape[a]!)))), x.shape),
)

/** The maximum along axes; equal maxima share the gradient. */
export const reduceMax = reduction('ReduceMax', ({ g, dy, x, y, axes }) => {
  const chosen = cast(g, equal(g, x, y), x.dtype)
  return mul(g, chosen, div(g, dy, reduceSum(g, chosen, axes)))
})
