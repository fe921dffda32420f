import type { Graph } from '../graph/graph.ts'
import { definePrimitive } from '../graph/primitive.ts'
import { ShapeError } from '../graph/shape-error.ts'
import type { Value } from '../graph/value.ts'

/** The axes in another order: y.shape[i] = x.shape[perm[i]]. */
export const transpose = (g: Graph, x: Value, perm: readonly number[]): Value => transposeTo(g, x, { perm })

const transposeTo = definePrimitive<['x'], { perm: readonly number[] }>({
  onnx: 'Transpose',
  inputs: ['x'],
  attributes: ({ perm }) => ({ perm: { ints: perm } }),
  shape: ({ x }, { perm }) => {
    if (perm.toSorted((a, b) => a - b).some((p, i) => p !== i) || perm.length !== x.shape.length) {
      throw new ShapeError(`[${perm.join(', ')}] does not order ${x.shape.length} axes`)
    }
    return perm.map((p) => x.shape[p]!)
  },
  grad: ({ g, dy, options: { perm } }) => ({
    x: transpose(
      g,
      dy,
      perm.map((_, i) => perm.indexOf(i)),
    ),
  }),
})

/** The last two axes swapped. */
export function swapLast(g: Graph, x: Value): Value {
  const rank = x.shape.length
  return transpose(g, x, [...Array(rank - 2).keys(), rank - 1, rank - 2])
}
