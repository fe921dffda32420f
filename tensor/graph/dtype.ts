/** Element types that a tensor may have, on disk, in a graph and on the wire. */
export type DType = 'float32' | 'float16' | 'bfloat16' | 'float64' | 'int8' | 'uint8' | 'int32' | 'int64' | 'bool'

/** How a tensor's elements are held in JavaScript: Uint16Array for float16 and bfloat16, Uint8Array also for bool. */
export type TensorArray =
  Float32Array | Float64Array | Int8Array | Uint8Array | Int32Array | BigInt64Array | Uint16Array

/** A tensor in memory: row-major, contiguous. */
export interface TensorData {
  readonly dtype: DType
  readonly shape: readonly number[]
  readonly data: TensorArray
}

/** Bytes that one element takes. */
export const DTYPE_BYTES: Readonly<Record<DType, number>> = {
  float32: 4,
  float16: 2,
  bfloat16: 2,
  float64: 8,
  int8: 1,
  uint8: 1,
  int32: 4,
  int64: 8,
  bool: 1,
}

/** True for the types that hold fractions. */
export const isFloat = (dtype: DType): boolean => dtype.startsWith('float') || dtype === 'bfloat16'

/** The element type that an array holds where nothing else is said (Uint16Array: float16, Uint8Array: uint8). */
export function dtypeOf(data: TensorArray): DType {
  if (data instanceof Float32Array) return 'float32'
  if (data instanceof Float64Array) return 'float64'
  if (data instanceof Int8Array) return 'int8'
  if (data instanceof Uint8Array) return 'uint8'
  if (data instanceof Int32Array) return 'int32'
  if (data instanceof BigInt64Array) return 'int64'
  return 'float16'
}

/** How many elements a tensor of this shape has. */
export const elementCount = (shape: readonly number[]): number => shape.reduce((n, d) => n * d, 1)
