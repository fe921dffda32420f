/** Work that takes much memory, a few at a time. */
export class Turns {
  readonly #most: number
  readonly #line: (() => void)[] = []
  #running = 0

  /** @param most how many may be at it at the same time */
  constructor(most: number) {
    this.#most = most
  }

  /** How many wait for their turn. */
  get waiting(): number {
    return this.#line.length
  }

  /** Does the work when its turn has come, in order of arrival. */
  async take<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running >= this.#most) await new Promise<void>((resolve) => { this.#line.push(resolve) })
    else this.#running++
    try {
      return await work()
    } finally {
      const next = this.#line.shift()
      if (next) next() // its place goes on to the next
      else this.#running--
    }
  }
}
