import type { Dim } from './dim.ts'
import { shapeText } from './dim.ts'
import type { DType } from './dtype.ts'

/** A tensor that a graph will have when it runs: an input, a weight, a constant, or what a node makes. */
export interface Value {
  readonly name: string
  readonly dtype: DType
  readonly shape: readonly Dim[]
}

/** `float32 [2, n, 64]`, for messages. */
export const valueText = (value: Value): string => `${value.dtype} ${shapeText(value.shape)}`

/** The axis counted from the front; negative ones count from the back, as in NumPy. */
export const axisOf = (value: Value, axis: number): number => (axis < 0 ? axis + value.shape.length : axis)
