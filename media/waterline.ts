interface Waiter { readonly level: number; readonly resolve: () => void; readonly reject: (reason: unknown) => void }

/** A count that only grows, that others can wait for, and that can fail once and for all. */
export class Waterline {
  #level = 0
  #failure: { readonly reason: unknown } | null = null
  #waiting: Waiter[] = []

  get level(): number { return this.#level }
  get failed(): boolean { return this.#failure !== null }

  raise(level: number): void {
    this.#level = level
    const ready = this.#waiting.filter((waiter) => waiter.level <= level)
    this.#waiting = this.#waiting.filter((waiter) => waiter.level > level)
    for (const waiter of ready) waiter.resolve()
  }

  /** The first failure counts; everybody who waits, or asks later, is rejected with it. */
  fail(reason: unknown): void {
    if (this.#failure) return
    this.#failure = { reason }
    const waiting = this.#waiting
    this.#waiting = []
    for (const waiter of waiting) waiter.reject(reason)
  }

  throwIfFailed(): void {
    if (this.#failure) throw this.#failure.reason
  }

  /** Resolves once `level` is reached; rejects with the failure, or with the signal's reason. */
  async reached(level: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted()
    this.throwIfFailed()
    if (level <= this.#level) return
    await new Promise<void>((resolve, reject) => {
      const waiter: Waiter = { level, resolve: done(resolve), reject: done(reject) }
      const abort = () => {
        this.#waiting = this.#waiting.filter((other) => other !== waiter)
        waiter.reject(signal?.reason)
      }
      function done<A extends unknown[]>(settle: (...args: A) => void) {
        return (...args: A) => {
          signal?.removeEventListener('abort', abort)
          settle(...args)
        }
      }
      signal?.addEventListener('abort', abort, { once: true })
      this.#waiting.push(waiter)
    })
  }
}
