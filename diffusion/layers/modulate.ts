import type { Graph, Value } from '../../tensor/index.ts'
import { add, mul } from '../../tensor/index.ts'

/**
 * x·(1 + scale) + shift: what adaptive layer norm does to a normalised x [B, N, D]; scale and shift are [B, 1, D].
 */
export const modulate = (g: Graph, x: Value, shift: Value, scale: Value): Value =>
  add(g, mul(g, x, add(g, scale, g.constant(1))), shift)
