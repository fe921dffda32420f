/** Shape rules that several operators share. */
import { dimEqual, dimMul, dimProduct, shapeText, type Dim } from '../graph/dim.ts'
import { ShapeError } from '../graph/shape-error.ts'
import type { Value } from '../graph/value.ts'

/** NumPy's broadcasting. A symbol stands for any size, so it fits itself and 1, not another number. */
export function broadcast(...shapes: (readonly Dim[])[]): readonly Dim[] {
  const rank = Math.max(...shapes.map((s) => s.length))
  return Array.from({ length: rank }, (_, i) =>
    shapes
      .map((shape) => shape[shape.length - rank + i] ?? 1)
      .reduce((a, b) => {
        if (a === 1 || dimEqual(a, b)) return b
        if (b === 1) return a
        throw new ShapeError(`shapes ${shapes.map(shapeText).join(' and ')} do not broadcast`)
      }),
  )
}

/** a [..., m, k] · b [..., k, n] → [..., m, n], leading axes broadcast. */
export function matMulShape(a: Value, b: Value): readonly Dim[] {
  if (a.shape.length < 2 || b.shape.length < 2) throw new ShapeError('both operands need at least two axes')
  const [m, k] = a.shape.slice(-2) as [Dim, Dim] // two axes, as just checked
  const [kb, n] = b.shape.slice(-2) as [Dim, Dim]
  if (!dimEqual(k, kb)) throw new ShapeError('the inner dimensions differ')
  return [...broadcast(a.shape.slice(0, -2), b.shape.slice(0, -2)), m, n]
}

/** Multiply-adds of a matrix product, counted as two. */
export const matMulFlops = (a: Value, shape: readonly Dim[]): Dim => dimMul(2, dimProduct(shape), a.shape.at(-1)!)

/** Axes counted from the front, in rising order; out of range and twice the same are errors. */
export function normalAxes(x: Value, axes: readonly number[]): number[] {
  const rank = x.shape.length
  const normal = axes.map((a) => (a < 0 ? a + rank : a)).sort((a, b) => a - b)
  if (normal.some((a, i) => a < 0 || a >= rank || a === normal[i - 1])) {
    throw new ShapeError(`axes [${axes.join(', ')}] do not fit a tensor of ${rank} axes`)
  }
  return normal
}

/** One axis counted from the front. */
export const normalAxis = (x: Value, axis: number): number => normalAxes(x, [axis])[0]!

/** The size along an axis where it must be known when the graph is built. */
export function knownSize(x: Value, axis: number, why: string): number {
  const size = x.shape.at(axis)
  if (typeof size === 'number') return size
  throw new ShapeError(`axis ${axis} must have a known size: ${why}`)
}
