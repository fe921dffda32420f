import type { ResultCache } from '../run/cache.ts'
import { hold, letGo } from '../run/holdings.ts'
import type { NodeResult } from '../run/result.ts'

/** A result, and when its turn to go comes. */
interface Entry {
  readonly key: string
  readonly result: NodeResult
  uses: number
  priority: number
}

/** Where an entry waits for its turn. Its priority may have grown since; then it is put back. */
interface Turn {
  readonly entry: Entry
  readonly priority: number
}

/** What a result costs at least, so that of two that took no time the smaller stays, in seconds. */
const LEAST_SECONDS = 1e-6

/**
 * Results in memory up to a number of bytes; what is the least worth keeping goes first. Worth is
 * `clock + uses · seconds / bytes`, where the clock is the worth of what went last, so that what was dear but is not
 * used any more goes in the end too (GreedyDual-Size-Frequency: Cherkasova 1998, after Cao and Irani 1997). A result
 * that would be the next to go is not taken in.
 */
export class WeighedCache implements ResultCache {
  readonly #limit: number
  readonly #entries = new Map<string, Entry>()
  /** A binary heap: the lowest priority in front. Turns of entries that are gone are passed over. */
  #turns: Turn[] = []
  #bytes = 0
  #clock = 0

  /** @param limit bytes that all results together may hold */
  constructor(limit: number) {
    this.#limit = limit
  }

  /** Bytes that are held now. */
  get bytes(): number {
    return this.#bytes
  }

  /** How many results are held now. */
  get size(): number {
    return this.#entries.size
  }

  get(key: string): NodeResult | undefined {
    const entry = this.#entries.get(key)
    if (entry === undefined) return undefined
    entry.uses++
    entry.priority = this.#priority(entry)
    return entry.result
  }

  set(key: string, result: NodeResult): void {
    const known = this.#entries.get(key)
    if (known) this.#take(known)
    const entry: Entry = { key, result, uses: known ? known.uses + 1 : 1, priority: 0 }
    entry.priority = this.#priority(entry)
    const losers = this.#losers(entry)
    if (losers) {
      hold(result.outputs.values()) // before others are let go that may be made of the same
      this.#entries.set(key, entry)
      this.#bytes += result.bytes
      this.#push({ entry, priority: entry.priority })
    }
    for (const gone of known ? [known, ...(losers ?? [])] : losers ?? []) letGo(gone.result.outputs.values())
  }

  /** Lets all results go. */
  clear(): void {
    for (const entry of this.#entries.values()) {
      this.#take(entry)
      letGo(entry.result.outputs.values())
    }
    this.#turns = []
  }

  #priority({ uses, result: { seconds, bytes } }: Entry): number {
    return this.#clock + (uses * Math.max(seconds, LEAST_SECONDS)) / Math.max(bytes, 1)
  }

  /** Takes out what has to go for another; `undefined`, and nothing goes, when that is worth less than what is there. */
  #losers(fresh: Entry): Entry[] | undefined {
    const losers: Entry[] = []
    if (fresh.result.bytes > this.#limit) return undefined
    for (let room = this.#limit - this.#bytes; room < fresh.result.bytes; room += losers.at(-1)!.result.bytes) {
      losers.push(this.#lowest()!)
      if (losers.at(-1)!.priority <= fresh.priority) continue
      for (const entry of losers) this.#push({ entry, priority: entry.priority })
      this.#clock = Math.max(this.#clock, fresh.priority)
      return undefined
    }
    for (const loser of losers) this.#take(loser)
    this.#clock = Math.max(this.#clock, losers.at(-1)?.priority ?? 0)
    return losers
  }

  /** The entry whose turn it is. There is one as long as there are bytes. */
  #lowest(): Entry | undefined {
    for (let turn = this.#pop(); turn !== undefined; turn = this.#pop()) {
      const { entry, priority } = turn
      if (this.#entries.get(entry.key) !== entry) continue
      if (priority === entry.priority) return entry
      this.#push({ entry, priority: entry.priority })
    }
    return undefined
  }

  #take({ key, result }: Entry): void {
    this.#entries.delete(key)
    this.#bytes -= result.bytes
  }

  #push(turn: Turn): void {
    const turns = this.#turns
    if (turns.length > 2 * this.#entries.size + 1000) return this.#renew(turn)
    let at = turns.push(turn) - 1
    for (let parent = (at - 1) >> 1; at > 0 && turns[parent]!.priority > turn.priority; parent = (at - 1) >> 1) {
      turns[at] = turns[parent]!
      at = parent
    }
    turns[at] = turn
  }

  /** Forgets the turns of entries that are gone. A sorted list is a heap. */
  #renew(turn: Turn): void {
    const isThere = ({ entry }: Turn) => this.#entries.get(entry.key) === entry
    this.#turns = [...this.#turns, turn].filter(isThere).sort((a, b) => a.priority - b.priority)
  }

  #pop(): Turn | undefined {
    const turns = this.#turns
    const first = turns[0]
    const last = turns.pop()
    if (first === undefined || last === undefined || turns.length === 0) return first
    let at = 0
    for (let child = 1; child < turns.length; child = 2 * at + 1) {
      if (child + 1 < turns.length && turns[child + 1]!.priority < turns[child]!.priority) child++
      if (turns[child]!.priority >= last.priority) break
      turns[at] = turns[child]!
      at = child
    }
    turns[at] = last
    return first
  }
}
