import type { DType, TensorArray, TensorData } from '../graph/dtype.ts'
import type { TensorEntry } from '../graph/entry.ts'
import { withFile } from './file.ts'

const ARRAYS: Readonly<Record<DType, (buffer: ArrayBuffer) => TensorArray>> = {
  float32: (b) => new Float32Array(b),
  float64: (b) => new Float64Array(b),
  float16: (b) => new Uint16Array(b),
  bfloat16: (b) => new Uint16Array(b),
  int8: (b) => new Int8Array(b),
  uint8: (b) => new Uint8Array(b),
  bool: (b) => new Uint8Array(b),
  int32: (b) => new Int32Array(b),
  int64: (b) => new BigInt64Array(b),
}

/** The array of a type over a buffer's whole length. */
export const arrayOf = (dtype: DType, buffer: ArrayBuffer): TensorArray => ARRAYS[dtype](buffer)

/** Copies a tensor out of its file, in the type that it has there. Throws CheckpointError when the file has shrunk. */
export const readTensor = (entry: TensorEntry): Promise<TensorData> =>
  withFile(entry.file, 'Open the file again: it changed since it was opened.', async (file) => {
    const bytes = await file.read(entry.offset, entry.bytes)
    // readExactly allocates an ArrayBuffer of exactly this length, never a pooled or shared one
    return { dtype: entry.dtype, shape: entry.shape, data: arrayOf(entry.dtype, bytes.buffer as ArrayBuffer) }
  })
