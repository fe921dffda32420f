import { DTYPE_BYTES, isFloat } from '../graph/dtype.ts'
import type { TensorEntry } from '../graph/entry.ts'
import { derivedWeights } from './derived.ts'
import { CheckpointError } from './error.ts'
import { withFile, type WeightsFile } from './file.ts'
import { toFloat32 } from './float.ts'
import { fileIdentity } from './identity.ts'
import { arrayOf } from './read.ts'
import { bytesOf, type Piece, type PlannedTensor } from './write-safetensors.ts'

/** Quantised matrices by the full key of the weight: int8 [in, out], and float32 [out], one scale an output channel. */
export type Int8Weights = ReadonlyMap<string, { readonly weight: TensorEntry; readonly scale: TensorEntry }>

export interface Int8Options {
  readonly signal?: AbortSignal
  /** Bytes of the sources read until now, and in all. */
  readonly onProgress?: (done: number, total: number) => void
}

/** Bytes of a source that are in memory at once, beside one matrix as int8. */
const CHUNK_BYTES = 4 * 1024 * 1024
const VERSION = 1

/**
 * Quantises the matrices `keys` [out, in] of `entries`: signed, symmetric, one scale per output channel, so that
 * w[o, i] ≈ q[i, o] · scale[o] with |error| ≤ scale/2 = max|w[o]| / 254. Done once, into a file of the disk cache that
 * is keyed by the sources' content. Throws CheckpointError for weights that are no finite float matrices.
 */
export async function int8Weights(
  entries: ReadonlyMap<string, TensorEntry>,
  keys: Iterable<string>,
  options: Int8Options = {},
): Promise<Int8Weights> {
  const sources = [...keys].map((key) => checked(key, entries.get(key)))
  const plan = new Map(
    sources.flatMap(({ name, shape: [out = 0, inner = 0] }): [string, PlannedTensor][] => [
      [name, { dtype: 'int8', shape: [inner, out] }],
      [scaleName(name), { dtype: 'float32', shape: [out] }],
    ]),
  )
  const made = await derivedWeights({
    kind: 'int8',
    from: await identify(sources),
    plan,
    make: () => quantiseAll(sources, options),
  })
  return new Map(
    sources.map(({ name }) => [name, { weight: made.entries.get(name)!, scale: made.entries.get(scaleName(name))! }]),
  )
}

const scaleName = (name: string): string => `${name}.scale`

function checked(key: string, entry: TensorEntry | undefined): TensorEntry {
  if (entry && entry.shape.length === 2 && isFloat(entry.dtype)) return { ...entry, name: key }
  throw new CheckpointError({
    file: entry?.file ?? 'int8',
    key,
    problem: `expected a float matrix, found ${entry ? `${entry.dtype} [${entry.shape.join(', ')}]` : 'nothing'}`,
    remedy: 'Only the weights of linear layers can be held as int8.',
  })
}

/** What the result depends on: where each matrix lies in which content. */
async function identify(sources: readonly TensorEntry[]): Promise<unknown> {
  const files = [...new Set(sources.map(({ file }) => file))]
  const hashes = new Map(await Promise.all(files.map(async (file) => [file, (await fileIdentity(file)).hash] as const)))
  return [
    VERSION,
    sources.map(({ name, dtype, shape, file, offset }) => [name, dtype, shape, hashes.get(file), offset]),
  ]
}

async function* quantiseAll(
  sources: readonly TensorEntry[],
  { signal, onProgress }: Int8Options,
): AsyncGenerator<Piece> {
  const total = sources.reduce((sum, { bytes }) => sum + bytes, 0)
  let before = 0
  for (const source of sources) {
    const { weight, scale } = await withFile(source.file, 'Open it again: it changed.', (file) =>
      quantise(file, source, (done) => {
        signal?.throwIfAborted()
        onProgress?.(before + done, total)
      }),
    )
    before += source.bytes
    yield { name: source.name, data: bytesOf(weight) }
    yield { name: scaleName(source.name), data: bytesOf(scale) }
  }
}

/** One matrix [out, in], a few rows at a time. */
async function quantise(
  file: WeightsFile,
  { name, dtype, shape, offset }: TensorEntry,
  onRead: (bytes: number) => void,
) {
  const [out = 0, inner = 0] = shape
  const rowBytes = inner * DTYPE_BYTES[dtype]
  const weight = new Int8Array(inner * out)
  const scale = new Float32Array(out)
  const step = Math.max(1, Math.floor(CHUNK_BYTES / Math.max(1, rowBytes)))
  for (let row = 0; row < out; row += step) {
    const rows = Math.min(step, out - row)
    const bytes = await file.read(offset + row * rowBytes, rows * rowBytes)
    // file.read gives an ArrayBuffer of its own
    const values = toFloat32({ dtype, shape: [rows, inner], data: arrayOf(dtype, bytes.buffer as ArrayBuffer) })
    if (!quantiseRows(values, rows, inner, weight, scale, row, out))
      throw file.fail('the weights are not all finite', { key: name })
    onRead((row + rows) * rowBytes)
  }
  return { weight, scale }
}

/** Rows of `values` into columns `row…` of `weight` [in, out]; false where a value is not finite. */
function quantiseRows(
  values: Float32Array,
  rows: number,
  inner: number,
  weight: Int8Array,
  scale: Float32Array,
  row: number,
  out: number,
): boolean {
  const perUnit = new Float64Array(rows)
  for (let r = 0; r < rows; r++) {
    const largest = largestMagnitude(values, r * inner, (r + 1) * inner)
    if (!Number.isFinite(largest)) return false
    scale[row + r] = largest === 0 ? 1 : largest / 127
    perUnit[r] = 1 / scale[row + r]!
  }
  for (let first = 0; first < rows; first += 64) {
    // 64 rows at a time: their columns stay in the cache
    const last = Math.min(rows, first + 64)
    for (let i = 0; i < inner; i++) {
      const to = i * out + row
      for (let r = first; r < last; r++)
        weight[to + r] = Math.max(-127, Math.min(127, Math.round(values[r * inner + i]! * perUnit[r]!)))
    }
  }
  return true
}

/** NaN where a value is NaN. */
function largestMagnitude(values: Float32Array, from: number, to: number): number {
  let largest = 0
  for (let i = from; i < to; i++) {
    const magnitude = Math.abs(values[i]!)
    if (!(magnitude <= largest)) largest = magnitude
    if (largest !== largest) return largest
  }
  return largest
}
