/** The shape of one golden case, and the comparer through which every kind reports what it checked. */

/** A tensor of a case's `io.safetensors`; int64 arrives as numbers, half types widened to float32. */
export interface StoredTensor {
  readonly dtype: string
  readonly shape: readonly number[]
  readonly data: Float32Array | Float64Array
}

export interface GoldenCase {
  /** Folder that holds case.json, io.safetensors, the weights, … */
  readonly dir: string
  readonly kind: string
  /** case.json, whole. */
  readonly spec: Record<string, unknown> & {
    readonly kind: string
    readonly arguments: Record<string, unknown>
    readonly tolerance: { readonly atol: number; readonly rtol: number }
  }
  /** config.json (Python's -Infinity, Infinity and NaN accepted), or null where the case has none. */
  readonly config: Record<string, unknown> | null
  /** io.safetensors by full name (`run0.input.timestep`, `output.sample`); empty where the case has none. */
  readonly io: ReadonlyMap<string, StoredTensor>
  /** The stored tensor. @throws Error naming the case when it is absent. */
  tensor(name: string): StoredTensor
}

export interface Comparer {
  /** Compare with the stored tensor `name`: |actual - stored| <= atol + rtol·|stored| in every element; integers exactly. */
  tensor(name: string, actual: { readonly shape: readonly number[]; readonly data: ArrayLike<number | bigint> }): void
  /** Record one exact check that is no stored tensor (a text case, a count); `detail` is printed when it fails. */
  check(name: string, passed: boolean, detail?: string): void
  /** Name a stored output or mid tensor that is not compared, and why. */
  skip(name: string, reason: string): void
}

/** Runs one case with the product's code and reports each of its `output.*` and `mid.*` tensors to `compare`. */
export type KindRunner = (golden: GoldenCase, compare: Comparer) => Promise<void>
