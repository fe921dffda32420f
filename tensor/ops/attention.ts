import { dimAdd, dimDiv, dimEqual, dimMul, dimText, type Dim } from '../graph/dim.ts'
import type { Graph } from '../graph/graph.ts'
import { definePrimitive, noGradient } from '../graph/primitive.ts'
import { ShapeError } from '../graph/shape-error.ts'
import type { Value } from '../graph/value.ts'
import { add, cast, mul, sub } from './elementwise.ts'
import { matMul } from './matmul.ts'
import { reshape } from './reshape.ts'
import { softmax } from './softmax.ts'
import { transpose } from './transpose.ts'

/** What is added to the score of a key that the mask drops (diffusers' attention mask bias). */
const DROPPED = -10_000

export interface AttentionOptions {
  readonly heads: number
  /** Factor of q·kᵀ; 1/√D unless said, D being the width of a head. */
  readonly scale?: number
  /** int32 [B, T]: 1 keeps a key, 0 adds −10000 to its score. */
  readonly keyMask?: Value | null
  /** Added to the scores: [B | 1, H | 1, S, T]. */
  readonly bias?: Value | null
}

/**
 * Multi-head scaled dot-product attention (Vaswani et al. 2017): q [B, S, H·D], k and v [B, T, H·D] → [B, S, H·D]. One
 * fused operator on cpu and cuda. On webgpu, whose fused kernel is wrong by up to 5e-2 past 16 keys, and in training,
 * it is written out.
 */
export function attention(
  g: Graph,
  q: Value,
  k: Value,
  v: Value,
  { heads, scale, keyMask = null, bias = null }: AttentionOptions,
): Value {
  const width = g.checked('attention', [q, k, v], () => headWidth(q, k, v, heads))
  const factor = scale ?? 1 / Math.sqrt(width)
  if (g.target.training || g.target.device === 'webgpu')
    return composed(g, q, k, v, { heads, scale: factor, keyMask, bias })
  return fused(g, q, k, v, null, keyMask, bias, { heads, scale: factor })
}

function headWidth(q: Value, k: Value, v: Value, heads: number): number {
  if (![q, k, v].every((x) => x.shape.length === 3))
    throw new ShapeError('q, k and v need three axes: [B, S, heads·width]')
  if (!dimEqual(q.shape[2]!, k.shape[2]!)) throw new ShapeError('q and k have different widths')
  if (!dimEqual(k.shape[1]!, v.shape[1]!)) throw new ShapeError('k and v have different lengths')
  const width = dimDiv(q.shape[2]!, heads)
  if (typeof width !== 'number') throw new ShapeError(`the width ${dimText(width)} must be known`)
  return width
}

const fused = definePrimitive<['q', 'k', 'v', 'inBias?', 'keyMask?', 'bias?'], { heads: number; scale: number }>({
  onnx: 'MultiHeadAttention',
  domain: 'com.microsoft',
  inputs: ['q', 'k', 'v', 'inBias?', 'keyMask?', 'bias?'],
  attributes: ({ heads, scale }) => ({
    num_heads: { int: heads },
    scale: { float: scale },
    mask_filter_value: { float: DROPPED },
  }),
  shape: ({ q, k, v, keyMask, bias }, { heads }) => {
    if (keyMask) checkMask(keyMask, k)
    if (bias) checkBias(bias, q, k, heads)
    return [q.shape[0]!, q.shape[1]!, v.shape[2]!]
  },
  // q·kᵀ and p·v
  flops: ({ q, k, v }) => dimMul(2, q.shape[0]!, q.shape[1]!, k.shape[1]!, dimAdd(q.shape[2]!, v.shape[2]!)),
  grad: noGradient('fused: training writes it in primitives'),
})

function checkMask(mask: Value, k: Value): void {
  const fits = mask.dtype === 'int32' && mask.shape.length === 2 && mask.shape.every((d, i) => dimEqual(d, k.shape[i]!))
  if (!fits) throw new ShapeError('the key mask must be int32 [B, T]')
}

function checkBias(bias: Value, q: Value, k: Value, heads: number): void {
  const wanted: Dim[] = [q.shape[0]!, heads, q.shape[1]!, k.shape[1]!]
  const fits = bias.shape.length === 4 && bias.shape.every((d, i) => dimEqual(d, wanted[i]!) || (i < 2 && d === 1))
  if (!fits) throw new ShapeError('the bias must be [B | 1, H | 1, S, T]')
}

/** softmax(q·kᵀ · scale + bias) · v, head by head. */
function composed(g: Graph, q: Value, k: Value, v: Value, options: AttentionOptions & { scale: number }): Value {
  const { heads, scale, keyMask, bias } = options
  const scores = matMul(
    g,
    mul(g, splitHeads(g, q, heads, [0, 2, 1, 3]), g.constant(scale)),
    splitHeads(g, k, heads, [0, 2, 3, 1]),
  )
  const biased = bias ? add(g, scores, bias) : scores
  const masked = keyMask ? add(g, biased, maskBias(g, keyMask)) : biased
  const y = matMul(g, softmax(g, masked), splitHeads(g, v, heads, [0, 2, 1, 3])) // [B, H, S, D]
  return reshape(g, transpose(g, y, [0, 2, 1, 3]), [q.shape[0]!, q.shape[1]!, v.shape[2]!])
}

/** [B, S, H·D] → [B, S, H, D], axes in another order. */
function splitHeads(g: Graph, x: Value, heads: number, order: readonly number[]): Value {
  const [b, s, width] = x.shape as readonly [Dim, Dim, Dim] // three axes, checked in headWidth
  return transpose(g, reshape(g, x, [b, s, heads, dimDiv(width, heads)]), order)
}

/** 0 for keys kept and −10000 for keys dropped, [B, 1, 1, T]. */
function maskBias(g: Graph, keyMask: Value): Value {
  const [b, t] = keyMask.shape as readonly [Dim, Dim]
  const dropped = sub(g, g.constant(1), cast(g, keyMask, 'float32'))
  return reshape(g, mul(g, dropped, g.constant(DROPPED)), [b, 1, 1, t])
}
