import type { Graph, Value, Weights } from '../../tensor/index.ts'
import { linear as heldLinear } from '../../tensor/index.ts'
import { declare } from './wanted.ts'

/**
 * A linear layer of known width: x [.., in] → [.., width], with `weight` [width, in] and, unless said otherwise, `bias`
 * [width]. How the weights are held, and which LoRAs come beside them, is not the model's affair.
 */
export function linear(g: Graph, w: Weights, x: Value, width: number, { bias = true } = {}): Value {
  const channels = x.shape.at(-1) as number // tokens have a known width
  declare(w, 'weight', [width, channels])
  if (bias) declare(w, 'bias', [width])
  return heldLinear(g, w, x)
}
