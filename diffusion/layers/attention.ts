import type { Graph, Value, Weights } from '../../tensor/index.ts'
import { attention } from '../../tensor/index.ts'
import { linear } from './linear.ts'

/** How an attention layer with diffusers' names (to_q, to_k, to_v, to_out.0) is laid out. */
export interface AttentionLayout {
  readonly heads: number
  /** Width of queries, keys and values: heads · head width. */
  readonly inner: number
  /** Width of the result. */
  readonly width: number
  /** Whether to_q, to_k and to_v have a bias; to_out.0 always has one. */
  readonly bias: boolean
}

/**
 * Multi-head attention of x [B, S, D] to `context` [B, T, C] (x itself for self-attention), scaled by 1/√(head width):
 * [B, S, width]. `keyMask` int32 [B, T]: keys with 0 get a score lower by 10000.
 */
export function attentionLayer(
  g: Graph,
  w: Weights,
  x: Value,
  context: Value,
  { heads, inner, width, bias }: AttentionLayout,
  keyMask: Value | null = null,
): Value {
  const q = g.tap(`${g.path}.to_q`, linear(g, w.at('to_q'), x, inner, { bias }))
  const k = linear(g, w.at('to_k'), context, inner, { bias })
  const v = linear(g, w.at('to_v'), context, inner, { bias })
  return g.tap(`${g.path}.to_out`, linear(g, w.at('to_out.0'), attention(g, q, k, v, { heads, keyMask }), width))
}
