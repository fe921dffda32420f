/** The open documents in the order of their tabs, and which of them is shown. There is always one. */
import { batch, computed, signal, type ReadonlySignal } from '@preact/signals'
import type { OpenDocument } from './open-document.ts'

export class Tabs {
  readonly #all
  readonly #shown
  readonly all: ReadonlySignal<readonly OpenDocument[]>
  readonly shown: ReadonlySignal<OpenDocument>

  constructor(documents: readonly [OpenDocument, ...OpenDocument[]], shown?: string) {
    this.all = this.#all = signal<readonly OpenDocument[]>(documents)
    this.#shown = signal(shown ?? documents[0].id)
    this.shown = computed(() => this.#all.value.find(({ id }) => id === this.#shown.value) ?? this.#all.value[0]!)
  }

  get(id: string): OpenDocument | undefined {
    return this.all.peek().find((one) => one.id === id)
  }

  /** Behind the one that is shown, and shows it. */
  add(document: OpenDocument): void {
    const all = this.all.peek()
    const place = all.indexOf(this.shown.peek()) + 1
    batch(() => {
      this.#all.value = all.toSpliced(place, 0, document)
      this.#shown.value = document.id
    })
  }

  show(id: string): void {
    if (this.get(id)) this.#shown.value = id
  }

  /** Takes one away. Its right neighbour is shown instead, or the left one; @param instead of the last one */
  remove(id: string, instead: () => OpenDocument): void {
    const all = this.all.peek()
    const index = all.findIndex((one) => one.id === id)
    if (index < 0) return
    const left = all.length === 1 ? [instead()] : all.toSpliced(index, 1)
    batch(() => {
      if (this.shown.peek().id === id) this.#shown.value = left[Math.min(index, left.length - 1)]!.id
      this.#all.value = left
    })
  }

  move(id: string, index: number): void {
    const all = this.all.peek()
    const moved = this.get(id)
    if (moved) this.#all.value = all.filter((one) => one !== moved).toSpliced(index, 0, moved)
  }
}
