import type { Graph, Value, Weights } from '../../tensor/index.ts'
import { gelu, geluTanh, mul, split } from '../../tensor/index.ts'
import { linear } from './linear.ts'

/** Names as config.json's `activation_fn` spells them. */
export const FEED_FORWARD_ACTIVATIONS = ['gelu-approximate', 'gelu', 'geglu'] as const
export type FeedForwardActivation = (typeof FEED_FORWARD_ACTIVATIONS)[number]

/**
 * The MLP of a transformer block (diffusers: `FeedForward`), hidden width 4·width: [.., width] → [.., width].
 * `gelu-approximate` is the tanh form, `gelu` the exact one, and `geglu` gates one half by the exact GELU of the other.
 */
export function feedForward(g: Graph, w: Weights, x: Value, width: number, activation: FeedForwardActivation): Value {
  return linear(g, w.at('net.2'), hidden(g, w.at('net.0.proj'), x, 4 * width, activation), width)
}

function hidden(g: Graph, w: Weights, x: Value, inner: number, activation: FeedForwardActivation): Value {
  if (activation === 'gelu-approximate') return geluTanh(g, linear(g, w, x, inner))
  if (activation === 'gelu') return gelu(g, linear(g, w, x, inner))
  const [value, gate] = split(g, linear(g, w, x, 2 * inner), 2, -1)
  return mul(g, value!, gelu(g, gate!))
}
