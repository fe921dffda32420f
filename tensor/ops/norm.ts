/** Normalisations: fused where the runtime has a kernel, of primitives in training. */
import { dimEqual, dimMul, dimProduct } from '../graph/dim.ts'
import type { Graph } from '../graph/graph.ts'
import { definePrimitive, noGradient } from '../graph/primitive.ts'
import { ShapeError } from '../graph/shape-error.ts'
import type { Value } from '../graph/value.ts'
import { add, div, mul, sqrt, sub } from './elementwise.ts'
import { reduceMean } from './reduce.ts'
import { reshape } from './reshape.ts'
import { knownSize } from './shapes.ts'

const FUSED = noGradient('fused: training writes it in primitives')

/** (x − mean) / √(variance + eps) over the last axis, then weight and bias [D] where given (Ba et al. 2016). */
export function layerNorm(
  g: Graph,
  x: Value,
  { weight = null, bias = null, eps }: { weight?: Value | null; bias?: Value | null; eps: number },
): Value {
  if (g.target.training) return affine(g, standardise(g, x, [-1], eps), weight, bias)
  return fusedLayerNorm(g, x, weight ?? ones(g, knownSize(x, -1, 'it is normalised')), bias, { eps })
}

/** x / √(mean x² + eps) over the last axis, times weight [D] (Zhang & Sennrich 2019; T5's layer norm). */
export function rmsNorm(g: Graph, x: Value, { weight, eps }: { weight: Value; eps: number }): Value {
  if (!g.target.training) return fusedRmsNorm(g, x, weight, { eps })
  const meanSquare = reduceMean(g, mul(g, x, x), [-1])
  return mul(g, div(g, x, sqrt(g, add(g, meanSquare, g.constant(eps)))), weight)
}

/** Standardised over each group of channels and all positions of x [N, C, ...]; weight and bias [C] (Wu & He 2018). */
export function groupNorm(
  g: Graph,
  x: Value,
  { groups, weight, bias, eps }: { groups: number; weight: Value; bias: Value; eps: number },
): Value {
  const channels = knownSize(x, 1, 'it is divided into groups')
  const grouped = reshape(g, x, [x.shape[0]!, groups, -1])
  const normed = g.target.training
    ? standardise(g, grouped, [-1], eps)
    : instanceNorm(g, grouped, ones(g, groups), g.constant(new Float32Array(groups)), { eps })
  const column = [channels, ...x.shape.slice(2).map(() => 1)]
  return affine(g, reshape(g, normed, x.shape), reshape(g, weight, column), reshape(g, bias, column))
}

function standardise(g: Graph, x: Value, axes: readonly number[], eps: number): Value {
  const centred = sub(g, x, reduceMean(g, x, axes))
  const variance = reduceMean(g, mul(g, centred, centred), axes)
  return div(g, centred, sqrt(g, add(g, variance, g.constant(eps))))
}

function affine(g: Graph, x: Value, weight: Value | null, bias: Value | null): Value {
  const scaled = weight ? mul(g, x, weight) : x
  return bias ? add(g, scaled, bias) : scaled
}

const ones = (g: Graph, n: number): Value => g.once(`ones ${n}`, () => g.constant(new Float32Array(n).fill(1)))

const fusedLayerNorm = definePrimitive<['x', 'weight', 'bias?'], { eps: number }>({
  onnx: 'LayerNormalization',
  inputs: ['x', 'weight', 'bias?'],
  attributes: ({ eps }) => ({ axis: { int: -1 }, epsilon: { float: eps } }),
  shape: ({ x, weight, bias }) => {
    for (const v of [weight, bias])
      if (v && !dimEqual(v.shape[0]!, x.shape.at(-1)!)) throw new ShapeError('weight or bias do not fit')
    return x.shape
  },
  flops: ({ x }) => dimMul(8, dimProduct(x.shape)),
  grad: FUSED,
})

const fusedRmsNorm = definePrimitive<['x', 'weight'], { eps: number }>({
  onnx: 'SimplifiedLayerNormalization',
  inputs: ['x', 'weight'],
  attributes: ({ eps }) => ({ axis: { int: -1 }, epsilon: { float: eps } }),
  shape: ({ x, weight }) => {
    if (!dimEqual(weight.shape[0]!, x.shape.at(-1)!)) throw new ShapeError('the weight does not fit')
    return x.shape
  },
  flops: ({ x }) => dimMul(4, dimProduct(x.shape)),
  grad: FUSED,
})

const instanceNorm = definePrimitive<['x', 'weight', 'bias'], { eps: number }>({
  onnx: 'InstanceNormalization',
  inputs: ['x', 'weight', 'bias'],
  attributes: ({ eps }) => ({ epsilon: { float: eps } }),
  shape: ({ x }) => x.shape,
  flops: ({ x }) => dimMul(6, dimProduct(x.shape)),
  grad: FUSED,
})
