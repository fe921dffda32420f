/**
 * The Mersenne Twister MT19937 (Matsumoto and Nishimura, 1998), the engine of PyTorch's CPU generator
 * (at::mt19937 of aten/src/ATen/core/MT19937RNGEngine.h).
 */

const SIZE = 624
const SHIFT = 397
const UPPER = 0x80000000
const LOWER = 0x7fffffff

/** Where the engine stands: its 624 words and how many of them are spent. */
export interface Mt19937State {
  readonly words: readonly number[]
  /** 0 … 624; 624 means that the next draw makes a new block of words. */
  readonly position: number
}

export class Mt19937 {
  private readonly words = new Uint32Array(SIZE)
  private position = SIZE

  /** @param seed unsigned 32-bit number. */
  constructor(seed: number) {
    this.words[0] = seed
    for (let i = 1; i < SIZE; i++) {
      const previous = this.words[i - 1]!
      this.words[i] = Math.imul(1812433253, previous ^ (previous >>> 30)) + i
    }
  }

  static from(state: Mt19937State): Mt19937 {
    const engine = new Mt19937(0)
    engine.words.set(state.words)
    engine.position = state.position
    return engine
  }

  state(): Mt19937State {
    return { words: [...this.words], position: this.position }
  }

  /** The next 32 random bits, as an unsigned number. */
  next32(): number {
    if (this.position === SIZE) this.twist()
    let y = this.words[this.position++]!
    y ^= y >>> 11
    y ^= (y << 7) & 0x9d2c5680
    y ^= (y << 15) & 0xefc60000
    return (y ^ (y >>> 18)) >>> 0
  }

  /** 53 random bits times 2^-53, in [0, 1). Two draws; the first one is the high half of a 64-bit number. */
  nextDouble(): number {
    const high = this.next32() & 0x1fffff
    return (high * 0x100000000 + this.next32()) * 2 ** -53
  }

  /** 64 random bits: the first draw is the high half. */
  next64(): bigint {
    const high = BigInt(this.next32())
    return (high << 32n) | BigInt(this.next32())
  }

  private twist(): void {
    const w = this.words
    for (let i = 0; i < SIZE; i++) {
      const y = (w[i]! & UPPER) | (w[i + 1 === SIZE ? 0 : i + 1]! & LOWER)
      const other = i < SIZE - SHIFT ? i + SHIFT : i + SHIFT - SIZE
      w[i] = w[other]! ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0)
    }
    this.position = 0
  }
}
