import { dimDiv, dimEqual, dimMul, dimProduct, dimText, shapeEqual, shapeText, type Dim } from '../graph/dim.ts'
import type { Graph } from '../graph/graph.ts'
import { definePrimitive } from '../graph/primitive.ts'
import { ShapeError } from '../graph/shape-error.ts'
import { intConstant, shapeValue } from '../graph/shape-value.ts'
import type { Value } from '../graph/value.ts'
import { broadcast } from './shapes.ts'

interface To {
  readonly to: readonly Dim[]
}

/**
 * The same numbers in another shape. One target size may be -1: what is left over. Sizes that are known only at run
 * time are computed in the graph from the shapes of its inputs.
 */
export function reshape(g: Graph, x: Value, dims: readonly Dim[]): Value {
  const to = g.checked('Reshape', [x], () => fillIn(x, dims))
  return shapeEqual(to, x.shape) ? x : reshapeTo(g, x, { to })
}

const reshapeTo = definePrimitive<['x'], To>({
  onnx: 'Reshape',
  inputs: ['x'],
  sizes: (g, { x }, { to }) => [targetValue(g, x, to)],
  shape: (_, { to }) => to,
  grad: ({ g, dy, x }) => ({ x: reshape(g, dy, x.shape) }),
})

/** The target with its -1 worked out; the numbers of elements must be equal for every binding of the symbols. */
function fillIn(x: Value, dims: readonly Dim[]): readonly Dim[] {
  const all = dimProduct(x.shape)
  const open = dims.flatMap((d, i) => (d === -1 ? [i] : []))
  if (open.length > 1) throw new ShapeError(`only one size of ${shapeText(dims)} may be -1`)
  const known = dimMul(...dims.filter((d) => d !== -1))
  if (open.length === 1) return dims.with(open[0]!, dimDiv(all, known))
  if (dimEqual(all, known)) return dims
  throw new ShapeError(`${dimText(all)} elements do not fit ${shapeText(dims)}, which has ${dimText(known)}`)
}

/** Reshape's operand: 0 copies the size that x has there, one -1 is left to the runtime, more are computed. */
function targetValue(g: Graph, x: Value, to: readonly Dim[]): Value {
  const sizes = to.map((d, i) =>
    typeof d === 'number' ? d : i < x.shape.length && dimEqual(d, x.shape[i]!) ? 0 : null,
  )
  const unknown = sizes.flatMap((size, i) => (size === null ? [i] : []))
  if (unknown.length > 1 || to.includes(0)) return shapeValue(g, to)
  return intConstant(
    g,
    sizes.map((size) => size ?? -1),
  )
}

/** x repeated along axes of size 1 (and new leading axes) until it has this shape. */
export const expand = (g: Graph, x: Value, dims: readonly Dim[]): Value =>
  shapeEqual(x.shape, dims) ? x : expandTo(g, x, { to: dims })

const expandTo = definePrimitive<['x'], To>({
  onnx: 'Expand',
  inputs: ['x'],
  sizes: (g, _, { to }) => [shapeValue(g, to)],
  shape: ({ x }, { to }) => {
    if (shapeEqual(broadcast(x.shape, to), to)) return to
    throw new ShapeError(`it cannot be expanded to ${shapeText(to)}`)
  },
  grad: ({ dy }) => ({ x: dy }), // the walk sums what was repeated
})
