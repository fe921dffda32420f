/** Putting tensors together and taking them apart along an axis. */
import { dimAdd, dimDiv, dimEqual, dimSub, type Dim } from '../graph/dim.ts'
import type { Graph } from '../graph/graph.ts'
import { definePrimitive, noGradient } from '../graph/primitive.ts'
import { ShapeError } from '../graph/shape-error.ts'
import { intConstant, shapeValue } from '../graph/shape-value.ts'
import type { Value } from '../graph/value.ts'
import { normalAxis } from './shapes.ts'
import { reshape, expand } from './reshape.ts'

/** The tensors one after the other along an axis; their other sizes are equal. */
export function concat(g: Graph, xs: readonly Value[], axis: number): Value {
  if (xs.length === 1) return xs[0]!
  return g.checked('Concat', xs, () => {
    const along = normalAxis(xs[0]!, axis)
    return g.emit({
      op: 'Concat',
      inputs: xs,
      attributes: { axis: { int: along } },
      outputs: [{ dtype: xs[0]!.dtype, shape: concatShape(xs, along) }],
      grad: ({ g, grads }) => {
        let start: Dim = 0
        return xs.map((x) => {
          const from = start
          start = dimAdd(start, x.shape[along]!)
          return slice(g, grads[0]!, { axis: along, start: from, end: start })
        })
      },
    })[0]!
  })
}

function concatShape(xs: readonly Value[], axis: number): readonly Dim[] {
  const [first, ...rest] = xs.map((x) => x.shape)
  for (const shape of rest) {
    const fits = shape.length === first!.length && shape.every((d, i) => i === axis || dimEqual(d, first![i]!))
    if (!fits) throw new ShapeError(`sizes beside axis ${axis} differ`)
  }
  return first!.with(axis, dimAdd(...xs.map((x) => x.shape[axis]!)))
}

/** x in equal parts along an axis. */
export function split(g: Graph, x: Value, parts: number, axis: number): Value[] {
  return g.checked('Split', [x], () => {
    const along = normalAxis(x, axis)
    const shape = x.shape.with(along, dimDiv(x.shape[along]!, parts))
    return g.emit({
      op: 'Split',
      inputs: [x],
      attributes: { axis: { int: along }, num_outputs: { int: parts } },
      outputs: Array.from({ length: parts }, () => ({ dtype: x.dtype, shape })),
      grad: ({ g, grads }) => [
        concat(
          g,
          grads.map((dy) => dy ?? zeros(g, shape)),
          along,
        ),
      ],
    })
  })
}

/** Zeros, float32. */
export const zeros = (g: Graph, shape: readonly Dim[]): Value =>
  expand(
    g,
    reshape(
      g,
      g.constant(0),
      shape.map(() => 1),
    ),
    shape,
  )

export interface SliceOptions {
  readonly axis: number
  /** Negative counts from the end. */
  readonly start: Dim
  /** Exclusive; negative counts from the end, the axis's whole length if left out. */
  readonly end?: Dim
  readonly step?: number
}

/** Every `step`-th element of an axis from `start` to before `end`. */
export function slice(g: Graph, x: Value, { axis, start, end, step = 1 }: SliceOptions): Value {
  const range = g.checked('Slice', [x], () => {
    const along = normalAxis(x, axis),
      size = x.shape[along]!
    return { axis: along, size, start: fromFront(start, size), end: fromFront(end ?? size, size), step }
  })
  return range.start === 0 && dimEqual(range.end, range.size) && step === 1 ? x : sliceTo(g, x, range)
}

const fromFront = (at: Dim, size: Dim): Dim => (typeof at === 'number' && at < 0 ? dimAdd(size, at) : at)

interface Range {
  readonly axis: number
  readonly size: Dim
  readonly start: Dim
  readonly end: Dim
  readonly step: number
}

const sliceTo = definePrimitive<['x'], Range>({
  onnx: 'Slice',
  inputs: ['x'],
  sizes: (g, _, { start, end, axis, step }) => [
    shapeValue(g, [start]),
    shapeValue(g, [end]),
    intConstant(g, [axis]),
    intConstant(g, [step]),
  ],
  shape: ({ x }, { axis, size, start, end, step }) => {
    const length = dimSub(end, start)
    const tooFar = typeof end === 'number' && typeof size === 'number' && end > size
    if (step < 1 || tooFar || (typeof length === 'number' && length < 1))
      throw new ShapeError(`there is no such range on axis ${axis}`)
    if (step > 1 && typeof length === 'number') return x.shape.with(axis, Math.ceil(length / step))
    return x.shape.with(axis, dimDiv(length, step))
  },
  // zeros before and behind
  grad: ({ g, dy, x, options: { axis, size, start, end, step } }) => {
    if (step !== 1) throw new ShapeError('a slice with a step has no gradient')
    const beside = (length: Dim) => (length === 0 ? [] : [zeros(g, x.shape.with(axis, length))])
    return { x: concat(g, [...beside(start), dy, ...beside(dimSub(size, end))], axis) }
  },
})

/** Rows of a table: for each index in `ids` (int32 or int64), what the table holds there along `axis`. */
export const gather = (g: Graph, table: Value, ids: Value, axis = 0): Value => gatherFrom(g, table, ids, { axis })

const gatherFrom = definePrimitive<['table', 'ids'], { axis: number }>({
  onnx: 'Gather',
  inputs: ['table', 'ids'],
  attributes: ({ axis }) => ({ axis: { int: axis } }),
  shape: ({ table, ids }, { axis }) => table.shape.toSpliced(normalAxis(table, axis), 1, ...ids.shape),
  grad: noGradient('tables are not trained'),
})
