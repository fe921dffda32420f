/** Numbers that look random and are the same for one seed, so that a failure can be tried again. */
export class Random {
  #state: number

  constructor(seed: number) {
    this.#state = (seed ^ 0x2545f491) >>> 0 || 1
  }

  /** From 0 to 1, without 1 (xorshift32). */
  next(): number {
    this.#state ^= this.#state << 13
    this.#state ^= this.#state >>> 17
    this.#state ^= this.#state << 5
    this.#state >>>= 0
    return this.#state / 2 ** 32
  }

  /** A whole number from 0 to below `limit`. */
  below(limit: number): number {
    return Math.floor(this.next() * limit)
  }

  chance(probability: number): boolean {
    return this.next() < probability
  }

  pick<T>(list: readonly T[]): T | undefined {
    return list[this.below(list.length)]
  }
}
