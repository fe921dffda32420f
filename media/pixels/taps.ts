/** Which samples of a row make each sample of the resized row, and with what weight. */
export interface Taps {
  /** Samples of the resized row. */
  readonly length: number
  /** Samples that each is made of; the same number for all, padded with weight 0. */
  readonly size: number
  /** Index of the first, for each sample of the resized row. */
  readonly first: Int32Array
  /** [length, size], each row adding up to 1. */
  readonly weights: Float64Array
}

export const RESAMPLE_METHODS = ['nearest-exact', 'bilinear', 'area', 'bicubic', 'lanczos'] as const
export type ResampleMethod = typeof RESAMPLE_METHODS[number]

/**
 * How a row of `from` samples becomes one of `to`. Samples are areas: the centre of sample i is at i + ½. The methods
 * mean what they mean in PyTorch's `interpolate` (align_corners=False, no antialiasing; area: the mean of all samples
 * touched), lanczos what it means in Pillow (3 lobes, widened where the row shrinks, so antialiased).
 */
export function resampleTaps(method: ResampleMethod, from: number, to: number): Taps {
  const rows = Array.from({ length: to }, (_, index) => METHODS[method](index, from, to))
  const size = Math.max(...rows.map(({ weights }) => weights.length))
  const taps = { length: to, size, first: new Int32Array(to), weights: new Float64Array(to * size) }
  for (const [index, { first, weights }] of rows.entries()) {
    // Padding goes in front where it would reach past the end.
    const shift = Math.max(0, first + size - from)
    taps.first[index] = first - shift
    taps.weights.set(weights, index * size + shift)
  }
  return taps
}

interface Row { readonly first: number; readonly weights: readonly number[] }

const METHODS: Record<ResampleMethod, (index: number, from: number, to: number) => Row> = {
  'nearest-exact': (index, from, to) =>
    ({ first: Math.min(Math.floor((index + 0.5) * from / to), from - 1), weights: [1] }),
  bilinear(index, from, to) {
    const at = Math.max(0, (index + 0.5) * from / to - 0.5)
    const floor = Math.min(Math.floor(at), from - 1)
    return within(from, floor, [1 - (at - floor), at - floor])
  },
  area(index, from, to) {
    const first = Math.floor(index * from / to)
    const end = Math.ceil((index + 1) * from / to)
    return { first, weights: Array.from({ length: end - first }, () => 1 / (end - first)) }
  },
  bicubic(index, from, to) {
    const at = (index + 0.5) * from / to - 0.5
    const floor = Math.floor(at)
    const t = at - floor
    return within(from, floor - 1, [cubic(1 + t), cubic(t), cubic(1 - t), cubic(2 - t)])
  },
  lanczos(index, from, to) {
    const widening = Math.max(1, from / to)
    const centre = (index + 0.5) * from / to
    const first = Math.max(0, Math.floor(centre - 3 * widening + 0.5))
    const end = Math.min(from, Math.floor(centre + 3 * widening + 0.5))
    const raw = Array.from({ length: end - first }, (_, tap) => lanczos3((first + tap + 0.5 - centre) / widening))
    const sum = raw.reduce((total, weight) => total + weight, 0)
    return { first, weights: raw.map((weight) => weight / sum) }
  },
}

/** Taps beyond an end fall on the sample at that end. */
function within(from: number, start: number, weights: readonly number[]): Row {
  const clamped = weights.map((_, tap) => Math.min(Math.max(start + tap, 0), from - 1))
  const first = clamped[0]!
  const folded = Array.from({ length: clamped.at(-1)! - first + 1 }, () => 0)
  for (const [tap, weight] of weights.entries()) folded[clamped[tap]! - first]! += weight
  return { first, weights: folded }
}

/** Keys' cubic convolution with a = -0.75 (IEEE Trans. ASSP 29, 1981), as PyTorch has it. */
function cubic(distance: number): number {
  const a = -0.75
  const d = Math.abs(distance)
  if (d <= 1) return ((a + 2) * d - (a + 3)) * d * d + 1
  return d < 2 ? ((a * d - 5 * a) * d + 8 * a) * d - 4 * a : 0
}

const sinc = (x: number) => x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x)
const lanczos3 = (x: number) => Math.abs(x) < 3 ? sinc(x) * sinc(x / 3) : 0
