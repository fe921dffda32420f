import type { ResultCache } from '../run/cache.ts'
import { hold, letGo } from '../run/holdings.ts'
import type { NodeResult } from '../run/result.ts'

/**
 * What the last run made or used, and nothing else (ComfyUI's classic cache): when a run begins, all results go that
 * none of its nodes can use. No limit of bytes: for one graph that is worked on.
 */
export class LastRunCache implements ResultCache {
  readonly #results = new Map<string, NodeResult>()

  /** How many results are held now. */
  get size(): number {
    return this.#results.size
  }

  get(key: string): NodeResult | undefined {
    return this.#results.get(key)
  }

  set(key: string, result: NodeResult): void {
    hold(result.outputs.values())
    this.#drop(key)
    this.#results.set(key, result)
  }

  planned(keys: Iterable<string>): void {
    const wanted = new Set(keys)
    for (const key of this.#results.keys()) if (!wanted.has(key)) this.#drop(key)
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
