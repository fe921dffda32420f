/** A store that is a Map, for tests: like IndexedDB it keeps clones, and what was shared inside one value stays shared. */
import type { Storage } from '../storage.ts'

export class MemoryStorage implements Storage {
  readonly values = new Map<string, unknown>()
  /** How often something was written. */
  writes = 0

  async read(key: string): Promise<unknown> {
    return structuredClone(this.values.get(key))
  }

  async write(entries: readonly (readonly [string, unknown])[]): Promise<void> {
    this.writes++
    for (const [key, value] of entries) this.values.set(key, structuredClone(value))
  }

  async remove(keys: readonly string[]): Promise<void> {
    for (const key of keys) this.values.delete(key)
  }

  async keys(): Promise<readonly string[]> {
    return [...this.values.keys()]
  }
}
