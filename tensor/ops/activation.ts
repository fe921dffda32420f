/** Activation functions: fused where the runtime has a fast kernel, of primitives in training. */
import type { Attribute } from '../onnx/model.ts'
import { dimMul, dimProduct } from '../graph/dim.ts'
import type { Graph } from '../graph/graph.ts'
import { definePrimitive, noGradient } from '../graph/primitive.ts'
import type { Value } from '../graph/value.ts'
import { add, erf, mul, sigmoid, tanh } from './elementwise.ts'

/**
 * silu(x) = x · σ(x) (Elfwing et al. 2018). The runtime's QuickGelu(α) is x · σ(αx): one pass where Sigmoid and Mul
 * take two, at the same error, 3e-7.
 */
export const silu = (g: Graph, x: Value): Value => (g.target.training ? mul(g, x, sigmoid(g, x)) : quickGelu(g, x))

/** gelu(x) = x · Φ(x) = x/2 · (1 + erf(x/√2)) (Hendrycks & Gimpel 2016). */
export function gelu(g: Graph, x: Value): Value {
  if (!g.target.training) return fusedGelu(g, x)
  const phi = add(g, erf(g, mul(g, x, g.constant(Math.SQRT1_2))), g.constant(1))
  return mul(g, mul(g, x, g.constant(0.5)), phi)
}

/**
 * The tanh form of GELU ("gelu_new"): x/2 · (1 + tanh(√(2/π) (x + 0.044715 x³))). Fused it takes a quarter of the time
 * of the primitives; on the CPU its error is 3e-7, as theirs is.
 */
export function geluTanh(g: Graph, x: Value): Value {
  if (!g.target.training) return fastGelu(g, x)
  const cubed = mul(g, mul(g, x, x), mul(g, x, g.constant(0.044715)))
  const inner = mul(g, add(g, x, cubed), g.constant(Math.sqrt(2 / Math.PI)))
  return mul(g, mul(g, x, g.constant(0.5)), add(g, tanh(g, inner), g.constant(1)))
}

const activation = (onnx: string, attributes: Record<string, Attribute> = {}) =>
  definePrimitive({
    onnx,
    domain: 'com.microsoft',
    inputs: ['x'],
    attributes: () => attributes,
    shape: ({ x }) => x.shape,
    flops: ({ x }) => dimMul(8, dimProduct(x.shape)),
    grad: noGradient('fused: training writes it in primitives'),
  })

const quickGelu = activation('QuickGelu', { alpha: { float: 1 } })
const fusedGelu = activation('Gelu')
const fastGelu = activation('FastGelu')
