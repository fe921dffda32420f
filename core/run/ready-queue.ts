import type { ResourceClass } from '../types/node-type.ts'
import type { Widths } from './host.ts'

/** What waits for a place in its resource class, first come first served. */
export class ReadyQueue<T> {
  readonly #lines: Readonly<Record<ResourceClass, Line<T>>>

  constructor(widths: Widths) {
    this.#lines = { io: new Line(widths.io), cpu: new Line(widths.cpu), device: new Line(widths.device) }
  }

  /** Puts an item at the end of its line. */
  add(resource: ResourceClass, item: T): void {
    this.#lines[resource].items.push(item)
  }

  /** Takes the next item that has a place, and the place with it; `undefined` when there is none. */
  take(): T | undefined {
    for (const line of Object.values(this.#lines)) {
      const item = line.take()
      if (item !== undefined) return item
    }
    return undefined
  }

  /** Gives back the place of an item that was taken. */
  free(resource: ResourceClass): void {
    this.#lines[resource].places++
  }

  /** Forgets what waits. */
  clear(): void {
    for (const line of Object.values(this.#lines)) line.clear()
  }

  /** Whether nothing waits. */
  get isEmpty(): boolean {
    return Object.values(this.#lines).every((line) => line.isEmpty)
  }
}

/** The line of one class. Read by a moving index: shifting an array of 10,000 costs as much as it is long. */
class Line<T> {
  readonly items: T[] = []
  places: number
  #next = 0

  constructor(places: number) {
    this.places = places
  }

  get isEmpty(): boolean {
    return this.#next === this.items.length
  }

  take(): T | undefined {
    if (this.places === 0 || this.isEmpty) return undefined
    this.places--
    const item = this.items[this.#next++]
    if (this.isEmpty) this.clear()
    return item
  }

  clear(): void {
    this.items.length = 0
    this.#next = 0
  }
}
