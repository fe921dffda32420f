import { setImmediate } from 'node:timers/promises'
import type { RunAnswer } from './protocol.ts'

/** Other work of the process gets its turn after so many milliseconds of runs. */
const BREATH_MS = 5

/** How a run is told to end before it is done. */
export interface RunSignals {
  /** The run is cancelled, or has to end for want of a parent; or `interrupt` was called. */
  readonly signal: AbortSignal
  /** Hears that the run is to save its state as soon as it can, and to end: at once where that was said already. */
  onSuspend(listener: () => void): void
  /** Ends the run, its state being saved. */
  interrupt(): void
}

/** The reason of a signal whose run was interrupted, and not cancelled. */
export const INTERRUPTED = Symbol('interrupted')

interface Entry {
  readonly id: string
  readonly stop: AbortController
  isSuspended: boolean
  suspend?: () => void
  begin(): Promise<void>
  /** Answers without running. */
  giveUp(answer: RunAnswer): void
}

/** The runs of a worker, strictly one after another in the order in which they were asked for. */
export class RunLine {
  readonly #waiting: Entry[] = []
  #current: Entry | undefined

  /** Runs `work` when it is its turn. Cancelled or suspended before, it is answered at once and never begins. */
  add(id: string, work: (signals: RunSignals) => Promise<RunAnswer>): Promise<RunAnswer> {
    return new Promise((resolve, reject) => {
      const stop = new AbortController()
      const signals: RunSignals = {
        signal: stop.signal,
        onSuspend: (listener) => {
          entry.suspend = listener
          if (entry.isSuspended) listener()
        },
        interrupt: () => stop.abort(INTERRUPTED),
      }
      const entry: Entry = { id, stop, isSuspended: false, begin: () => work(signals).then(resolve, reject), giveUp: resolve }
      this.#waiting.push(entry)
      if (!this.#current) void this.#goOn()
    })
  }

  /** The answer is `cancelled`, unless the run ends by itself before. */
  cancel(id: string): void {
    if (this.#current?.id === id) this.#current.stop.abort()
    else this.#take(id)?.giveUp({ status: 'cancelled' })
  }

  /** The answer is `interrupted`, unless the run ends by itself before. */
  suspend(id: string): void {
    const current = this.#current
    if (current?.id !== id) return this.#take(id)?.giveUp({ status: 'interrupted' })
    current.isSuspended = true
    current.suspend?.()
  }

  #take(id: string): Entry | undefined {
    const index = this.#waiting.findIndex((entry) => entry.id === id)
    return index < 0 ? undefined : this.#waiting.splice(index, 1)[0]
  }

  /** Short runs may never wait for anything: what else the process has to do gets its turn between them. */
  async #goOn(): Promise<void> {
    let breath = performance.now()
    while ((this.#current = this.#waiting.shift())) {
      await this.#current.begin()
      if (performance.now() - breath < BREATH_MS) continue
      await setImmediate()
      breath = performance.now()
    }
  }
}
