/** Whoever floods us from many addresses must not fill the memory: the key that was quiet the longest is forgotten. */
const MOST_KEYS = 10_000

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
    const left = Math.max(0, this.#level(key, now) - 1)
    this.#buckets.delete(key) // to stand last
    if (this.#buckets.size >= MOST_KEYS) this.#buckets.delete(this.#buckets.keys().next().value!)
    this.#buckets.set(key, { left, at: now })
  }

  #level(key: string, now: number): number {
    const bucket = this.#buckets.get(key)
    if (!bucket) return this.#burst
    return Math.min(this.#burst, bucket.left + (Math.max(0, now - bucket.at) / 1000) * this.#perSecond)
  }
}
