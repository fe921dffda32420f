/** The newest entries of the feed, as many as fit a number of bytes. Of a node's progress only the newest is kept. */
import { roughSize } from '../run/rough-size.ts'
import type { FeedEntry } from './feed.ts'

/** What an entry takes at least. */
const BASE = 300

interface Slot {
  entry: FeedEntry | undefined
  readonly bytes: number
  /** Which node's progress it is. */
  readonly progress?: string
}

export class Ring {
  readonly #maxBytes: number
  readonly #maxCount: number
  #slots: Slot[] = []
  /** Of the first slot, and of the first in use. */
  #base = 0
  #head = 0
  #bytes = 0
  readonly #progress = new Map<string, Slot>()

  constructor(maxBytes: number, maxCount: number) {
    this.#maxBytes = maxBytes
    this.#maxCount = maxCount
  }

  get bytes(): number {
    return this.#bytes
  }

  get count(): number {
    return this.#slots.length - this.#head
  }

  /** The number of the next entry; they count from 0. */
  get next(): number {
    return this.#base + this.#slots.length
  }

  push(entry: FeedEntry): void {
    const progress = progressOf(entry)
    const slot: Slot = { entry, bytes: bytesOf(entry), ...(progress !== undefined && { progress }) }
    if (progress !== undefined) this.#replace(progress, slot)
    this.#slots.push(slot)
    this.#bytes += slot.bytes
    while ((this.#bytes > this.#maxBytes || this.count > this.#maxCount) && this.count > 1) this.#drop()
  }

  /** Entries from this number on; undefined when some of them are gone, or when there can't be such a number yet. */
  from(number: number): FeedEntry[] | undefined {
    if (number < this.#base + this.#head || number > this.next) return undefined
    return this.#slots.slice(number - this.#base).flatMap(({ entry }) => entry ?? [])
  }

  #replace(node: string, slot: Slot): void {
    const before = this.#progress.get(node)
    if (before?.entry !== undefined) {
      before.entry = undefined
      this.#bytes -= before.bytes
    }
    this.#progress.set(node, slot)
  }

  #drop(): void {
    const slot = this.#slots[this.#head++]
    if (slot?.entry !== undefined) this.#bytes -= slot.bytes
    if (slot?.progress !== undefined && this.#progress.get(slot.progress) === slot) this.#progress.delete(slot.progress)
    if (this.#head >= 4096 && this.#head * 2 > this.#slots.length) {
      this.#base += this.#head
      this.#slots = this.#slots.slice(this.#head)
      this.#head = 0
    }
  }
}

function progressOf(entry: FeedEntry): string | undefined {
  if (!('job' in entry) || entry.event.type !== 'run' || entry.event.event.type !== 'node.progress') return undefined
  return `${entry.job}\n${entry.event.event.node}`
}

/** Most events say which node, and nothing else of any length. */
function bytesOf({ event }: FeedEntry): number {
  if (event.type === 'run') {
    const { type } = event.event
    if (type === 'node.started' || type === 'node.progress') return BASE
    if (type === 'node.done' && event.event.ui === undefined) return BASE
    return BASE + roughSize(event.event)
  }
  if (event.type === 'job.ended') return 2 * BASE + roughSize(event.result)
  if (event.type === 'job.graph') return BASE + roughSize(event.nodes)
  return 2 * BASE
}
