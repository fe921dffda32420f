/** Elementwise operators; operands broadcast as in NumPy, and must have one element type. */
import { dimProduct } from '../graph/dim.ts'
import type { DType } from '../graph/dtype.ts'
import type { Graph } from '../graph/graph.ts'
import { definePrimitive, noGradient, type GradientArguments, type NoGradient } from '../graph/primitive.ts'
import { ShapeError } from '../graph/shape-error.ts'
import type { Value } from '../graph/value.ts'
import { TYPE_CODE } from '../onnx/model.ts'
import { broadcast } from './shapes.ts'

type Unary = readonly ['x']
type Binary = readonly ['a', 'b']
type UnaryRule = ((x: GradientArguments<Unary, void>) => { x: Value }) | NoGradient
type BinaryRule = ((x: GradientArguments<Binary, void>) => { a?: Value; b?: Value }) | NoGradient

const unary = (onnx: string, grad: UnaryRule) =>
  definePrimitive({
    onnx,
    inputs: ['x'],
    shape: ({ x }) => x.shape,
    flops: ({ x }) => dimProduct(x.shape),
    grad,
  })

const binary = (onnx: string, grad: BinaryRule, dtype?: DType) =>
  definePrimitive({
    onnx,
    inputs: ['a', 'b'],
    shape: ({ a, b }) => broadcast(sameType(a, b).shape, b.shape),
    flops: (_, shape) => dimProduct(shape),
    grad,
    ...(dtype ? { dtype: () => dtype } : {}),
  })

function sameType(a: Value, b: Value): Value {
  if (a.dtype !== b.dtype) throw new ShapeError('the element types differ')
  return a
}

const comparison = (onnx: string) => binary(onnx, noGradient('a comparison is constant almost everywhere'), 'bool')

export const add = binary('Add', ({ dy }) => ({ a: dy, b: dy }))
export const sub = binary('Sub', ({ g, dy }) => ({ a: dy, b: neg(g, dy) }))
export const mul = binary('Mul', ({ g, dy, a, b }) => ({ a: mul(g, dy, b), b: mul(g, dy, a) }))
export const div = binary('Div', ({ g, dy, y, b }) => ({ a: div(g, dy, b), b: neg(g, div(g, mul(g, dy, y), b)) }))

/** a to the power of a constant b (a gradient flows to a alone). */
export const pow = binary('Pow', ({ g, dy, a, b }) => ({
  a: mul(g, dy, mul(g, b, pow(g, a, sub(g, b, g.constant(1))))),
}))

/** The smaller and the larger of two; where equal, the gradient goes to `a`. */
export const minimum = binary('Min', ({ g, dy, a, b }) => pick(g, lessOrEqual(g, a, b), dy))
export const maximum = binary('Max', ({ g, dy, a, b }) => pick(g, lessOrEqual(g, b, a), dy))

export const equal = comparison('Equal')
export const less = comparison('Less')
export const lessOrEqual = comparison('LessOrEqual')

export const neg = unary('Neg', ({ g, dy }) => ({ x: neg(g, dy) }))
export const exp = unary('Exp', ({ g, dy, y }) => ({ x: mul(g, dy, y) }))
export const log = unary('Log', ({ g, dy, x }) => ({ x: div(g, dy, x) }))
export const sqrt = unary('Sqrt', ({ g, dy, y }) => ({ x: div(g, dy, mul(g, g.constant(2), y)) }))
export const abs = unary('Abs', ({ g, dy, x }) => ({ x: mul(g, dy, sign(g, x)) }))
export const sign = unary('Sign', noGradient('it is constant almost everywhere'))
export const sin = unary('Sin', ({ g, dy, x }) => ({ x: mul(g, dy, cos(g, x)) }))
export const cos = unary('Cos', ({ g, dy, x }) => ({ x: neg(g, mul(g, dy, sin(g, x))) }))
export const not = unary('Not', noGradient('it is a truth value'))

/** y = tanh x, ∂x = ∂y (1 − y²) */
export const tanh = unary('Tanh', ({ g, dy, y }) => ({ x: mul(g, dy, sub(g, g.constant(1), mul(g, y, y))) }))

/** y = σ(x) = 1 / (1 + e⁻ˣ), ∂x = ∂y y (1 − y) */
export const sigmoid = unary('Sigmoid', ({ g, dy, y }) => ({ x: mul(g, dy, mul(g, y, sub(g, g.constant(1), y))) }))

/** ∂x = ∂y · 2/√π · exp(−x²) */
export const erf = unary('Erf', ({ g, dy, x }) => ({
  x: mul(g, dy, mul(g, g.constant(2 / Math.sqrt(Math.PI)), exp(g, neg(g, mul(g, x, x))))),
}))

/** The same numbers in another element type. */
export const cast = (g: Graph, x: Value, dtype: DType): Value => (x.dtype === dtype ? x : castTo(g, x, { to: dtype }))

const castTo = definePrimitive<['x'], { to: DType }>({
  onnx: 'Cast',
  inputs: ['x'],
  shape: ({ x }) => x.shape,
  dtype: (_, { to }) => to,
  attributes: ({ to }) => ({ to: { int: TYPE_CODE[to] } }),
  grad: ({ g, dy, x }) => ({ x: cast(g, dy, x.dtype) }),
})

/** condition ? a : b, elementwise; all three broadcast. */
export const where = definePrimitive({
  onnx: 'Where',
  inputs: ['condition', 'a', 'b'],
  shape: ({ condition, a, b }) => broadcast(condition.shape, sameType(a, b).shape, b.shape),
  dtype: ({ a }) => a.dtype,
  flops: (_, shape) => dimProduct(shape),
  grad: ({ g, dy, condition }) => pick(g, condition, dy),
})

/** The gradient, sent to `a` where the condition holds and to `b` elsewhere. */
function pick(g: Graph, condition: Value, dy: Value): { a: Value; b: Value } {
  const zero = g.constant(0)
  return { a: where(g, condition, dy, zero), b: where(g, condition, zero, dy) }
}

/** x held between two numbers; the gradient is cut outside them. */
export const clip = (g: Graph, x: Value, low: number, high: number): Value => clipTo(g, x, { low, high })

const clipTo = definePrimitive<['x'], { low: number; high: number }>({
  onnx: 'Clip',
  inputs: ['x'],
  shape: ({ x }) => x.shape,
  sizes: (g, _, { low, high }) => [g.constant(low), g.constant(high)],
  flops: ({ x }) => dimProduct(x.shape),
  grad: ({ g, dy, x, y }) => ({ x: where(g, equal(g, x, y), dy, g.constant(0)) }),
})
