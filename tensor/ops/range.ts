import { dimText, type Dim } from '../graph/dim.ts'
import type { DType } from '../graph/dtype.ts'
import type { Graph } from '../graph/graph.ts'
import { noGradient } from '../graph/primitive.ts'
import { shapeValue } from '../graph/shape-value.ts'
import type { Value } from '../graph/value.ts'
import { cast } from './elementwise.ts'
import { reshape } from './reshape.ts'

/** 0, 1, …, n − 1 as a tensor [n], int64 unless said; n may be known only at run time. */
export function range(g: Graph, n: Dim, dtype: DType = 'int64'): Value {
  return g.once(`range ${dimText(n)} ${dtype}`, () => cast(g, numbers(g, n), dtype))
}

function numbers(g: Graph, n: Dim): Value {
  if (typeof n === 'number') return g.constant(BigInt64Array.from(Array(n).keys(), BigInt))
  const scalar = (value: bigint) => g.constant(BigInt64Array.of(value), [])
  return g.emit({
    op: 'Range',
    inputs: [scalar(0n), reshape(g, shapeValue(g, [n]), []), scalar(1n)],
    outputs: [{ dtype: 'int64', shape: [n] }],
    grad: noGradient('it depends on sizes alone'),
  })[0]!
}

/** The shape of a tensor as int64 [rank]. */
export const shapeOf = (g: Graph, x: Value): Value => shapeValue(g, x.shape)
