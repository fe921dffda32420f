import type { ResultCache } from '../run/cache.ts'
import { hold, letGo } from '../run/holdings.ts'
import type { NodeResult } from '../run/result.ts'

/** The last so many results that were used, whatever their size. */
export class CountedCache implements ResultCache {
  readonly #limit: number
  /** A Map keeps the order of insertion: the oldest use comes first. */
  readonly #results = new Map<string, NodeResult>()

  /** @param limit how many results there may be */
  constructor(limit: number) {
    this.#limit = limit
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

  set(key: string, result: NodeResult): void {
    if (this.#limit < 1) return
    hold(result.outputs.values())
    this.#drop(key)
    this.#results.set(key, result)
    for (const oldest of this.#results.keys()) {
      if (this.#results.size <= this.#limit) break
      this.#drop(oldest)
    }
  }

  /** Lets all results go. */
  clear(): void {
    for (const key of this.#results.keys()) this.#drop(key)
  }

  #drop(key: string): void {
    const result = this.#results.get(key)
    if (result === undefined) return
    this.#results.delete(key)
    letGo(result.outputs.values())
  }
}
