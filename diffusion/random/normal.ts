/**
 * How PyTorch fills a CPU tensor of 16 and more elements with normal numbers: `normal_fill` of
 * aten/src/ATen/native/cpu/DistributionTemplates.h. Uniform numbers are drawn for the whole tensor; then Box-Muller
 * turns them in groups of 16, eight radii and eight angles. When the size is no multiple of 16, the last 16 numbers
 * are drawn anew and turned once more, over the tail of the group before.
 */
import { roundBfloat16, roundFloat16 } from './half.ts'
import type { Mt19937 } from './mt19937.ts'

/** Types that normal and uniform numbers are drawn in. */
export type RealType = 'float32' | 'float16' | 'bfloat16' | 'float64'

interface Precision {
  /** One number in [0, 1), of as many random bits as the type's significand has. */
  readonly uniform: (engine: Mt19937) => number
  /** Every intermediate of the transform is rounded to the type. */
  readonly round: (x: number) => number
}

export const PRECISION: Readonly<Record<RealType, Precision>> = {
  float32: { uniform: (engine) => (engine.next32() & 0xffffff) * 2 ** -24, round: Math.fround },
  float16: { uniform: (engine) => (engine.next32() & 0x7ff) * 2 ** -11, round: roundFloat16 },
  bfloat16: { uniform: (engine) => (engine.next32() & 0xff) * 2 ** -8, round: roundBfloat16 },
  float64: { uniform: (engine) => engine.nextDouble(), round: (x) => x },
}

/** Fill `out`, which has 16 elements or more, with standard normal numbers of `dtype`. */
export function fillNormal(engine: Mt19937, out: Float32Array | Float64Array, dtype: RealType): void {
  const { uniform, round } = PRECISION[dtype]
  const turn = (from: number) => (dtype === 'float32' ? boxMuller32(out, from) : boxMuller(out, from, round))
  for (let i = 0; i < out.length; i++) out[i] = uniform(engine)
  for (let from = 0; from + 16 <= out.length; from += 16) turn(from)
  if (out.length % 16 === 0) return
  const tail = out.length - 16
  for (let i = tail; i < out.length; i++) out[i] = uniform(engine)
  turn(tail)
}

/** Turn 16 uniform numbers from `from` on into normal ones; the angle alone is worked out in double precision. */
function boxMuller(out: Float32Array | Float64Array, from: number, round: (x: number) => number): void {
  for (let i = from; i < from + 8; i++) {
    const u = round(1 - out[i]!)                                       // in (0, 1]: the logarithm stays finite
    const radius = round(Math.sqrt(round(-2 * round(Math.log(u)))))
    const angle = round(2 * Math.PI * out[i + 8]!)
    out[i] = round(radius * round(Math.cos(angle)))
    out[i + 8] = round(radius * round(Math.sin(angle)))
  }
}

const TURN_32 = Math.fround(2 * Math.PI)

/** The same for float32, which PyTorch does with vector instructions: 2π is rounded too. Written out for speed. */
function boxMuller32(out: Float32Array | Float64Array, from: number): void {
  for (let i = from; i < from + 8; i++) {
    const log = Math.fround(Math.log(1 - out[i]!))                     // 1 - u is exact: u has 24 bits
    const radius = Math.fround(Math.sqrt(-2 * log))
    const angle = Math.fround(TURN_32 * out[i + 8]!)
    out[i] = radius * Math.fround(Math.cos(angle))                     // stored as float32, which rounds the product
    out[i + 8] = radius * Math.fround(Math.sin(angle))
  }
}
