import type { MaybePromise } from '../types/json.ts'
import { hold, letGo } from './holdings.ts'
import type { NodeResult } from './result.ts'
import type { KeyedNode } from './run-graph.ts'

/** Where results wait to be used again. A key says everything that a result depends on (see keys.ts). */
export interface ResultCache {
  /** The result under a key; from a slower store it may come later. */
  get(key: string): MaybePromise<NodeResult | undefined>
  /**
   * Offers a result. Whether and how long it is kept is the cache's business.
   * @param node the node that made it
   */
  set(key: string, result: NodeResult, node?: KeyedNode): void
  /** Hears which results a run that begins may need: a cache that keeps the last run's drops all others. */
  planned?(keys: Iterable<string>): void
  /** Lets go of all that it holds in memory. */
  clear?(): void
}

/** Results in memory up to a total weight; the one unused for longest goes first. */
export class LruCache implements ResultCache {
  readonly #limit: number
  readonly #weigh: (result: NodeResult) => number
  /** A Map keeps the order of insertion: the oldest use comes first. */
  readonly #results = new Map<string, NodeResult>()
  #weight = 0

  /** @param limit what all results together may weigh */
  constructor(limit: number, weigh: (result: NodeResult) => number) {
    this.#limit = limit
    this.#weigh = weigh
  }

  /** What is held now weighs together. */
  get weight(): number {
    return this.#weight
  }

  /** How many results are held now. */
  get size(): number {
    return this.#results.size
  }

  get(key: string): NodeResult | undefined {
    const result = this.#results.get(key)
    if (result === undefined) return undefined
    this.#results.delete(key)
    this.#results.set(key, result)
    return result
  }

  /** Keeps a result, unless it is heavier than the whole cache may be. */
  set(key: string, result: NodeResult): void {
    const weight = this.#weigh(result)
    if (weight > this.#limit) return
    hold(result.outputs.values())
    this.#drop(key)
    this.#results.set(key, result)
    this.#weight += weight
    for (const oldest of this.#results.keys()) {
      if (this.#weight <= this.#limit) break
      this.#drop(oldest)
    }
  }

  /** Lets all results go but those of these keys. */
  keepOnly(keys: Iterable<string>): void {
    const wanted = new Set(keys)
    for (const key of this.#results.keys()) if (!wanted.has(key)) this.#drop(key)
  }

  /** Lets all results go. */
  clear(): void {
    this.keepOnly([])
  }

  #drop(key: string): void {
    const result = this.#results.get(key)
    if (result === undefined) return
    this.#results.delete(key)
    this.#weight -= this.#weigh(result)
    letGo(result.outputs.values())
  }
}

/** Results in memory up to a number of bytes; the one unused for longest goes first. */
export class MemoryCache extends LruCache {
  /** @param limit bytes that all results together may hold */
  constructor(limit: number) {
    super(limit, ({ bytes }) => bytes)
  }

  /** Bytes that are held now. */
  get bytes(): number {
    return this.weight
  }
}
