/** How often something may happen, by key: each key has a bucket that refills at a steady rate. */
export class Buckets {
  readonly #perSecond: number
  readonly #burst: number
  readonly #buckets = new Map<string, { left: number; at: number }>()

  /** @param perSecond refilled; @param burst how many may come at once */
  constructor(perSecond: number, burst: number) {
    this.#perSecond = perSecond
    this.#burst = burst
  }

  /** Seconds until the next one may come; 0 when it may come now. */
  wait(key: string, now = Date.now()): number {
    const left = this.#level(key, now)
    return left >= 1 ? 0 : Math.ceil((1 - left) / this.#perSecond)
  }

  /** Notes that one came. */
  take(key: string, now = Date.now()): void {
    this.#forgetFull(now)
    this.#buckets.set(key, { left: Math.max(0, this.#level(key, now) - 1), at: now })
  }

  #level(key: string, now: number): number {
    const bucket = this.#buckets.get(key)
    if (!bucket) return this.#burst
    return Math.min(this.#burst, bucket.left + (Math.max(0, now - bucket.at) / 1000) * this.#perSecond)
  }

  /** Whoever floods us from many addresses must not fill the memory. */
  #forgetFull(now: number): void {
    if (this.#buckets.size < 10_000) return
    for (const key of this.#buckets.keys()) if (this.#level(key, now) >= this.#burst) this.#buckets.delete(key)
    if (this.#buckets.size >= 10_000) this.#buckets.delete(this.#buckets.keys().next().value!)
  }
}
