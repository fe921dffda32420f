import type { DType, TensorData } from './dtype.ts'

/** Where a tensor lies on disk: contiguous, row-major, little endian. */
export interface TensorEntry {
  readonly name: string
  readonly dtype: DType
  readonly shape: readonly number[]
  /** Real path of the file (symlinks resolved). */
  readonly file: string
  /** First byte in the file. */
  readonly offset: number
  readonly bytes: number
}

/** A tensor that stays in its file, or one in memory. */
export type TensorSource = TensorEntry | TensorData

/** True where the tensor lies in a file. */
export const isEntry = (source: TensorSource): source is TensorEntry => 'file' in source
