import type { MaybePromise } from '../types/json.ts'
import type { ResultCache } from '../run/cache.ts'
import { hold, letGo } from '../run/holdings.ts'
import type { NodeResult } from '../run/result.ts'
import type { KeyedNode } from '../run/run-graph.ts'

/** A fast cache in front of a slow one. What is found in the slow one is offered to the fast one. */
export class LayeredCache implements ResultCache {
  readonly #front: ResultCache
  readonly #back: ResultCache

  constructor(front: ResultCache, back: ResultCache) {
    this.#front = front
    this.#back = back
  }

  get(key: string): MaybePromise<NodeResult | undefined> {
    const near = this.#front.get(key)
    if (near instanceof Promise) return near.then((found) => found ?? this.#far(key))
    return near ?? this.#far(key)
  }

  async #far(key: string): Promise<NodeResult | undefined> {
    const far = await this.#back.get(key)
    if (far === undefined) return undefined
    const values = [...far.outputs.values()]
    hold(values)
    this.#front.set(key, far)
    // Whoever asked takes hold of it as soon as this returns, before the next turn; until then another may push it out.
    setImmediate(() => letGo(values))
    return far
  }

  set(key: string, result: NodeResult, node?: KeyedNode): void {
    this.#front.set(key, result, node)
    this.#back.set(key, result, node)
  }

  /** What the slow one has stays. */
  clear(): void {
    this.#front.clear?.()
  }

  planned(keys: Iterable<string>): void {
    const all = [...keys]
    this.#front.planned?.(all)
    this.#back.planned?.(all)
  }
}
