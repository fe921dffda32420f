/** A list that is fetched page by page, and begun again when it has changed; what was shown stays until the new is there. */
import { signal, type ReadonlySignal } from '@preact/signals'

export interface Page<T> {
  readonly items: readonly T[]
  readonly next?: string
  readonly total: number
}

export interface PagedState<T> {
  readonly items: readonly T[]
  readonly total: number
  /** Whether there are further pages. */
  readonly hasMore: boolean
  /** `first`: nothing has come yet. */
  readonly state: 'first' | 'loading' | 'idle' | 'failed'
}

export class PagedList<T> {
  readonly #fetch: (after: string | undefined, limit: number) => Promise<Page<T>>
  readonly #size: number
  readonly #state = signal<PagedState<T>>({ items: [], total: 0, hasMore: false, state: 'first' })
  #next: string | undefined
  /** Of what is fetched: an answer of before is passed over. */
  #turn = 0

  /** @param size how many a page has */
  constructor(fetch: (after: string | undefined, limit: number) => Promise<Page<T>>, size: number) {
    this.#fetch = fetch
    this.#size = size
  }

  get state(): ReadonlySignal<PagedState<T>> {
    return this.#state
  }

  /** Begins again, with as many as were shown. */
  async refresh(most = 1000): Promise<void> {
    const wanted = Math.min(most, Math.max(this.#size, this.#state.peek().items.length))
    await this.#load(undefined, wanted, ({ items }) => items)
  }

  /** The next page; nothing while one is on its way or there is none. */
  async more(): Promise<void> {
    const { state, items } = this.#state.peek()
    if (state === 'loading' || state === 'first' || this.#next === undefined) return
    await this.#load(this.#next, this.#size, (page) => [...items, ...page.items])
  }

  async #load(after: string | undefined, limit: number, merged: (page: Page<T>) => readonly T[]): Promise<void> {
    const turn = ++this.#turn
    const before = this.#state.peek()
    if (before.state !== 'first') this.#state.value = { ...before, state: 'loading' }
    try {
      const page = await this.#fetch(after, limit)
      if (turn !== this.#turn) return
      this.#next = page.next
      this.#state.value = { items: merged(page), total: page.total, hasMore: page.next !== undefined, state: 'idle' }
    } catch {
      if (turn === this.#turn) this.#state.value = { ...this.#state.peek(), state: 'failed' }
    }
  }
}
