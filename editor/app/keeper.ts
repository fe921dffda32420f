/** Writes the open documents, with their history, into the browser's database whenever they have changed. */
import { effect, untracked } from '@preact/signals'
import { deskKey, documentKey, type Desk } from './desk.ts'
import type { DocumentRecord, OpenDocument } from './open-document.ts'
import type { Storage } from './storage.ts'

/** Milliseconds from a change to its being written; more changes meanwhile do not put it off. */
const DELAY = 300

export interface Kept {
  readonly documents: readonly OpenDocument[]
  readonly desk: Omit<Desk, 'touched' | 'documents'>
}

/** Keeps what `state` gives (it reads signals). */
export class Keeper {
  readonly #storage: Storage
  readonly #state: () => Kept
  readonly #fail: (error: unknown) => void
  /** Of documents, as they were written. */
  readonly #written = new Map<string, DocumentRecord>()
  #desk: string | undefined
  #timer: ReturnType<typeof setTimeout> | undefined
  #writing: Promise<void> = Promise.resolve()
  readonly #stop: () => void

  constructor(storage: Storage, state: () => Kept, fail: (error: unknown) => void) {
    this.#storage = storage
    this.#state = state
    this.#fail = fail
    this.#stop = effect(() => {
      for (const document of state().documents) void document.record
      this.#timer ??= setTimeout(() => void this.flush(), DELAY)
    })
  }

  /** Writes now what has changed, and resolves when all is written. */
  flush(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    // Begun at once, not behind a write that goes on: a page that is being left has no later. Transactions keep their order.
    const writing = this.#write().catch(this.#fail)
    this.#writing = Promise.all([this.#writing, writing]).then(() => {})
    return this.#writing
  }

  dispose(): void {
    this.#stop()
    clearTimeout(this.#timer)
  }

  async #write(): Promise<void> {
    const { documents, desk } = untracked(this.#state)
    const records = documents.map((document) => untracked(() => document.record))
    const changed = records.filter((record) => !isSame(record, this.#written.get(record.id)))
    const open = new Set(records.map(({ id }) => id))
    const closed = [...this.#written.keys()].filter((id) => !open.has(id))
    const place = JSON.stringify([desk, [...open]])
    if (changed.length + closed.length === 0 && place === this.#desk) return
    for (const record of changed) this.#written.set(record.id, record)
    for (const id of closed) this.#written.delete(id)
    this.#desk = place
    const now: Desk = { ...desk, documents: [...open], touched: Date.now() }
    const entries = changed.map((record) => [documentKey(record.id), record] as const)
    try {
      await this.#storage.write([...entries, [deskKey(desk.id), now]])
      if (closed.length > 0) await this.#storage.remove(closed.map(documentKey))
    } catch (error) {
      for (const { id } of changed) this.#written.delete(id) // to be tried again with the next change
      throw error
    }
  }
}

/** Records are made anew each time; what they hold is the same as long as nothing has changed. */
function isSame(a: DocumentRecord, b: DocumentRecord | undefined): boolean {
  if (!b) return false
  const keys: readonly (keyof DocumentRecord)[] = ['workflow', 'base', 'history', 'path', 'view', 'saved', 'job']
  return keys.every((key) => a[key] === b[key])
}
