import type { JsonObject } from '../types/json.ts'

/** How far a node is. */
export interface Progress {
  readonly value: number
  readonly max: number
  readonly extra?: JsonObject
}

/** At most ten a second for each node. */
const INTERVAL_MS = 100

/** Lets progress through at most every 100 ms: the first at once, then the newest of what has come in between. */
export class ProgressGate {
  readonly #send: (progress: Progress) => void
  #waiting: Progress | undefined
  #timer: NodeJS.Timeout | undefined

  constructor(send: (progress: Progress) => void) {
    this.#send = send
  }

  /** Reports progress; it is sent now, or once the time for it has come. */
  report(progress: Progress): void {
    if (this.#timer !== undefined) {
      this.#waiting = progress
      return
    }
    this.#send(progress)
    this.#timer = setTimeout(() => this.#tick(), INTERVAL_MS)
  }

  /** Ends it: what still waits is dropped, since the node's end says more. */
  close(): void {
    clearTimeout(this.#timer)
    this.#waiting = undefined
  }

  #tick(): void {
    const waiting = this.#waiting
    this.#timer = undefined
    this.#waiting = undefined
    if (waiting) this.report(waiting)
  }
}
