/** Activation functions: fused where the runtime has a fast kernel, of primitives in training. */
import { dimMul, dimProduct } from '../graph/dim.ts'
import type { Graph } from '../graph/graph.ts'
import { definePrimitive, noGradient } from '../graph/primitive.ts'
import type { Value } from '../graph/value.ts'
import { add, erf, mul, sigmoid, tanh } from './elementwise.ts'

const FUSED = noGradient('fused: training writes it in primitives')

/** silu(x) = x · σ(x). */
export const silu = (g: Graph, x: Value): Value => mul(g, x, sigmoid(g, x))

/** gelu(x) = x · Φ(x) = x/2 · (1 + erf(x/√2)) (Hendrycks & Gimpel 2016). */
export function gelu(g: Graph, x: Value): Value {
  if (!g.target.training) return fusedGelu(g, x)
  const phi = add(g, erf(g, mul(g, x, g.constant(Math.SQRT1_2))), g.constant(1))
  return mul(g, mul(g, x, g.constant(0.5)), phi)
}

/** The tanh form of GELU ("gelu_new"): x/2 · (1 + tanh(√(2/π) (x + 0.044715 x³))). */
export function geluTanh(g: Graph, x: Value): Value {
  const cubed = mul(g, mul(g, x, x), mul(g, x, g.constant(0.044715)))
  const inner = mul(g, add(g, x, cubed), g.constant(Math.sqrt(2 / Math.PI)))
  return mul(g, mul(g, x, g.constant(0.5)), add(g, tanh(g, inner), g.constant(1)))
}

const fusedGelu = definePrimitive({
  onnx: 'Gelu', domain: 'com.microsoft', inputs: ['x'], shape: ({ x }) => x.shape,
  flops: ({ x }) => dimMul(8, dimProduct(x.shape)), grad: FUSED,
})
