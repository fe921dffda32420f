/** Ctrl-C: once asks the run to stop at its next opportunity; two seconds later, or pressed again, it is killed. */

const GRACE = 2000
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

export interface InterruptHandlers {
  onFirst(): void
  onHard(): void
  say(text: string): void
}

/** Listens for Ctrl-C and its like from now on, until `stop`. */
export class Interrupts {
  readonly #handlers: InterruptHandlers
  #timer: NodeJS.Timeout | undefined
  #count = 0
  readonly #listener = () => this.#press()

  constructor(handlers: InterruptHandlers) {
    this.#handlers = handlers
    for (const signal of SIGNALS) process.on(signal, this.#listener)
  }

  /** Whether the person has asked for an end. */
  get pressed(): boolean {
    return this.#count > 0
  }

  stop(): void {
    clearTimeout(this.#timer)
    for (const signal of SIGNALS) process.off(signal, this.#listener)
  }

  #press(): void {
    this.#count++
    if (this.#count > 1) return this.#handlers.onHard()
    this.#handlers.say('Stopping at the next step; Ctrl-C again stops at once.')
    this.#handlers.onFirst()
    this.#timer = setTimeout(() => this.#handlers.onHard(), GRACE)
  }
}
