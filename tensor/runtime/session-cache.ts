import type { InferenceSession } from 'onnxruntime-node'

/** A session with the private bytes that it takes. */
export interface CachedSession {
  readonly session: InferenceSession
  readonly bytes: number
  /** Prefix of the profile it writes. */
  readonly profile?: string
}

/** Sessions by key, the least recently used first. */
export class SessionCache {
  readonly #sessions = new Map<string, CachedSession>()

  /** The session, now the most recently used. */
  use(key: string): CachedSession | undefined {
    const found = this.#sessions.get(key)
    if (found) {
      this.#sessions.delete(key)
      this.#sessions.set(key, found)
    }
    return found
  }

  add(key: string, session: CachedSession): void {
    this.#sessions.set(key, session)
  }

  get bytes(): number {
    return this.list().reduce((sum, { bytes }) => sum + bytes, 0)
  }

  list(): { key: string; bytes: number }[] {
    return Array.from(this.#sessions, ([key, { bytes }]) => ({ key, bytes }))
  }

  /** Lets the least recently used one go; false when there is none, or only `except`. */
  async evict(except?: string): Promise<boolean> {
    const key = [...this.#sessions.keys()].find((k) => k !== except)
    if (key === undefined) return false
    const { session } = this.#sessions.get(key)!
    this.#sessions.delete(key)
    await session.release()
    return true
  }

  async clear(): Promise<void> {
    while (await this.evict());
  }
}
