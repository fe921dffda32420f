import { setImmediate } from 'node:timers/promises'
import type { RunAnswer } from './protocol.ts'

/** Other work of the process gets its turn after so many milliseconds of runs. */
const BREATH_MS = 5

/** How a run is told to end before it is done. */
export interface RunSignals {
  /** The run is cancelled, or has to end for want of a parent. */
  readonly signal: AbortSignal
  /** The run saves its state as soon as it can, and ends. */
  readonly suspended: AbortSignal
}

interface Entry {
  readonly id: string
  readonly stop: AbortController
  readonly suspend: AbortController
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
      const suspend = new AbortController()
      const begin = () => work({ signal: stop.signal, suspended: suspend.signal }).then(resolve, reject)
      this.#waiting.push({ id, stop, suspend, begin, giveUp: resolve })
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
    if (this.#current?.id === id) this.#current.suspend.abort()
    else this.#take(id)?.giveUp({ status: 'interrupted' })
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
