/** Random numbers that equal those of `torch.Generator('cpu')`, so that a seed gives the reference's noise. */
import { DiffusionError } from '../error.ts'
import { Mt19937 } from './mt19937.ts'
import { fillNormal, PRECISION, type RealType } from './normal.ts'

/** Everything a generator remembers, as plain JSON data. */
export interface GeneratorState {
  /** The engine's 624 words, each an unsigned 32-bit number. */
  readonly words: readonly number[]
  /** How many of the words are spent, 0 … 624. */
  readonly position: number
  /** The second number of a Box-Muller pair that a small `randn` left over, or null. */
  readonly nextNormal: number | null
}

type Shape = readonly number[]
type RealArray<T extends RealType> = T extends 'float64' ? Float64Array : Float32Array

/**
 * PyTorch 2's CPU generator. `randn` and `rand` give values of `dtype`; the half types come back widened to float32.
 * @throws DiffusionError for a seed that torch.manual_seed refuses too.
 */
export class Generator {
  private engine: Mt19937
  private nextNormal: number | null = null

  /** @param seed whole number from -2^63 to 2^64-1; only its low 32 bits matter. Past 2^53 give a bigint. */
  constructor(seed: number | bigint) {
    this.engine = new Mt19937(Number(BigInt.asUintN(32, checkedSeed(seed))))
  }

  /** A generator that goes on where `state()` was taken. */
  static from(state: GeneratorState): Generator {
    checkState(state)
    const generator = new Generator(0)
    generator.engine = Mt19937.from(state)
    generator.nextNormal = state.nextNormal
    return generator
  }

  state(): GeneratorState {
    return { ...this.engine.state(), nextNormal: this.nextNormal }
  }

  /** Standard normal numbers. Fewer than 16 go one by one in double precision; more go as `fillNormal` says. */
  randn<T extends RealType = 'float32'>(shape: Shape, dtype?: T): RealArray<T> {
    const type = dtype ?? 'float32'
    const out = allocate(shape, type)
    if (out.length >= 16) fillNormal(this.engine, out, type)
    else for (let i = 0; i < out.length; i++) out[i] = PRECISION[type].round(this.normal())
    return out as RealArray<T>                                         // allocate: Float64Array for float64 alone
  }

  /** Uniform numbers in [0, 1). */
  rand<T extends RealType = 'float32'>(shape: Shape, dtype?: T): RealArray<T> {
    const type = dtype ?? 'float32'
    const out = allocate(shape, type)
    for (let i = 0; i < out.length; i++) out[i] = PRECISION[type].uniform(this.engine)
    return out as RealArray<T>                                         // as in randn
  }

  /** Whole numbers from `low` to `high - 1`, as torch.randint gives them for int64. */
  randint(low: number | bigint, high: number | bigint, shape: Shape): BigInt64Array {
    const [from, range] = [BigInt(low), BigInt(high) - BigInt(low)]
    if (range <= 0n) {
      throw new DiffusionError({
        field: 'randint', expected: 'low below high', found: `${low} and ${high}`, remedy: 'Swap or widen the bounds.',
      })
    }
    const wide = range >= 1n << 32n
    return BigInt64Array.from({ length: sizeOf(shape) }, () => {
      return from + (wide ? this.engine.next64() : BigInt(this.engine.next32())) % range
    })
  }

  /** The numbers 0 … n-1 in random order, as torch.randperm. */
  randperm(n: number): Int32Array {
    const order = Int32Array.from({ length: n }, (_, i) => i)
    for (let i = 0; i < n - 1; i++) {
      const j = i + (this.engine.next32() % (n - i))
      const held = order[i]!
      order[i] = order[j]!
      order[j] = held
    }
    return order
  }

  /** One normal number in double precision (at::normal_distribution<double>); its pair's second one waits. */
  private normal(): number {
    const waiting = this.nextNormal
    this.nextNormal = null
    if (waiting !== null) return waiting
    const angle = 2 * Math.PI * this.engine.nextDouble()
    const radius = Math.sqrt(-2 * Math.log1p(-this.engine.nextDouble()))
    this.nextNormal = radius * Math.sin(angle)
    return radius * Math.cos(angle)
  }
}

const sizeOf = (shape: Shape): number => shape.reduce((size, n) => size * n, 1)

const allocate = (shape: Shape, dtype: RealType): Float32Array | Float64Array =>
  dtype === 'float64' ? new Float64Array(sizeOf(shape)) : new Float32Array(sizeOf(shape))

function checkedSeed(seed: number | bigint): bigint {
  const exact = typeof seed === 'bigint' || Number.isSafeInteger(seed)
  if (exact && BigInt(seed) >= -(2n ** 63n) && BigInt(seed) < 2n ** 64n) return BigInt(seed)
  throw new DiffusionError({
    field: 'seed',
    expected: 'a whole number from -2^63 to 2^64-1 (a bigint where it is past 2^53)',
    found: String(seed),
    remedy: 'Take a whole number such as 43.',
  })
}

const isWord = (n: number): boolean => Number.isInteger(n) && n >= 0 && n < 2 ** 32

function checkState({ words, position, nextNormal }: GeneratorState): void {
  const isPosition = Number.isInteger(position) && position >= 0 && position <= 624
  const isNormal = nextNormal === null || Number.isFinite(nextNormal)
  if (words.length === 624 && words.every(isWord) && isPosition && isNormal) return
  throw new DiffusionError({
    field: 'generator state',
    expected: '624 words, a position from 0 to 624 and a waiting number or null',
    found: `${words.length} words, position ${position}, waiting ${nextNormal}`,
    remedy: 'Start again from the seed.',
  })
}
