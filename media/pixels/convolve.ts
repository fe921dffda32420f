import type { Taps } from './taps.ts'

/** A picture being computed: [height, width, channels] in single precision. */
export interface Plane {
  readonly height: number
  readonly width: number
  readonly channels: number
  readonly data: ArrayLike<number>
}

/** Applies taps along each row. */
export function alongRows({ height, width, channels, data }: Plane, taps: Taps): Plane {
  const { length, size, first, weights } = taps
  const into = new Float32Array(height * length * channels)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < length; x++) {
      const start = (y * width + first[x]!) * channels
      for (let c = 0; c < channels; c++) {
        let sum = 0
        for (let tap = 0; tap < size; tap++) sum += weights[x * size + tap]! * data[start + tap * channels + c]!
        into[(y * length + x) * channels + c] = sum
      }
    }
  }
  return { height, width: length, channels, data: into }
}

/** Applies taps along each column. */
export function alongColumns({ width, channels, data }: Plane, taps: Taps): Plane {
  const { length, size, first, weights } = taps
  const row = width * channels
  const into = new Float32Array(length * row)
  const sums = new Float64Array(row)
  for (let y = 0; y < length; y++) {
    sums.fill(0)
    for (let tap = 0; tap < size; tap++) {
      const weight = weights[y * size + tap]!
      if (weight === 0) continue
      const start = (first[y]! + tap) * row
      for (let i = 0; i < row; i++) sums[i]! += weight * data[start + i]!
    }
    into.set(sums, y * row)
  }
  return { height: length, width, channels, data: into }
}

/** Taps of a Gaussian of this radius over a row of `length`, which is mirrored about its end samples. */
export function gaussianTaps(length: number, radius: number, sigma: number): Taps {
  const bell = Array.from({ length: 2 * radius + 1 }, (_, tap) => Math.exp(-((tap - radius) ** 2) / (2 * sigma ** 2)))
  const sum = bell.reduce((total, weight) => total + weight, 0)
  const size = Math.min(length, 2 * radius + 1)
  const taps = { length, size, first: new Int32Array(length), weights: new Float64Array(length * size) }
  for (let index = 0; index < length; index++) {
    const first = Math.min(Math.max(index - radius, 0), length - size)
    taps.first[index] = first
    for (const [tap, weight] of bell.entries()) {
      const at = mirrored(index + tap - radius, length)
      taps.weights[index * size + at - first]! += weight / sum
    }
  }
  return taps
}

/** The index that a mirror about samples 0 and length - 1 shows at `index`. */
function mirrored(index: number, length: number): number {
  if (length === 1) return 0
  const period = 2 * (length - 1)
  const at = ((index % period) + period) % period
  return at < length ? at : period - at
}
