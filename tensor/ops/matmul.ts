import { dimEqual, dimMul, dimProduct, shapeEqual, type Dim } from '../graph/dim.ts'
import type { Graph } from '../graph/graph.ts'
import { definePrimitive, type Primitive } from '../graph/primitive.ts'
import { ShapeError } from '../graph/shape-error.ts'
import type { Value } from '../graph/value.ts'
import { broadcast, matMulFlops, matMulShape } from './shapes.ts'
import { swapLast } from './transpose.ts'

/** a [..., m, k] · b [..., k, n] → [..., m, n]; leading axes broadcast. */
export const matMul: Primitive<readonly ['a', 'b'], void> = definePrimitive({
  onnx: 'MatMul',
  inputs: ['a', 'b'],
  shape: ({ a, b }) => matMulShape(a, b),
  flops: ({ a }, shape) => matMulFlops(a, shape),
  // y = a·b   gives   ∂a = ∂y·bᵀ   and   ∂b = aᵀ·∂y
  grad: ({ g, dy, a, b }) => ({ a: matMul(g, dy, swapLast(g, b)), b: matMul(g, swapLast(g, a), dy) }),
})

export interface GemmOptions {
  /** w is [n, k] rather than [k, n]: PyTorch's Linear, read as it lies. */
  readonly transB?: boolean
  /** x is [k, m] rather than [m, k]. */
  readonly transA?: boolean
  /** Added to the product; broadcasts to [m, n]. */
  readonly bias?: Value | null
}

/** x [m, k] · w [k, n] + bias → [m, n]. */
export const gemm = (
  g: Graph,
  x: Value,
  w: Value,
  { transA = false, transB = false, bias = null }: GemmOptions = {},
): Value => gemmOf(g, x, w, bias, { transA, transB })

const gemmOf = definePrimitive<['x', 'w', 'bias?'], { transA: boolean; transB: boolean }>({
  onnx: 'Gemm',
  inputs: ['x', 'w', 'bias?'],
  attributes: ({ transA, transB }) => ({
    ...(transA ? { transA: { int: 1 } } : {}),
    ...(transB ? { transB: { int: 1 } } : {}),
  }),
  shape: ({ x, w, bias }, { transA, transB }) => {
    if (x.shape.length !== 2 || w.shape.length !== 2) throw new ShapeError('both factors need two axes')
    const [m, k] = flip(x.shape, transA),
      [kw, n] = flip(w.shape, transB)
    if (!dimEqual(k, kw)) throw new ShapeError('the inner dimensions differ')
    if (bias && !shapeEqual(broadcast(bias.shape, [m, n]), [m, n]))
      throw new ShapeError('the bias does not fit the product')
    return [m, n]
  },
  flops: ({ x }, shape, { transA }) => dimMul(2, dimProduct(shape), flip(x.shape, transA)[1]),
  // y = x·w gives ∂x = ∂y·wᵀ and ∂w = xᵀ·∂y; a factor given transposed gets its gradient transposed
  grad: ({ g, dy, x, w, options: { transA, transB } }) => ({
    x: transA ? gemm(g, w, dy, { transA: transB, transB: true }) : gemm(g, dy, w, { transB: !transB }),
    w: transB ? gemm(g, dy, x, { transA: true, transB: transA }) : gemm(g, x, dy, { transA: !transA }),
    bias: dy,
  }),
})

const flip = (shape: readonly Dim[], flipped: boolean): [Dim, Dim] =>
  flipped ? [shape[1]!, shape[0]!] : [shape[0]!, shape[1]!]
