/**
 * Listens for signs of life of a worker, whose main thread never blocks while all is well: models compute in another
 * thread. Who gives none for too long is taken for hung. Questions are counted, not seconds: a clock that jumps, or a
 * machine that slept, is nobody's silence.
 */
export interface PulseOptions {
  /** Seconds of silence that are too long; 0: none are. */
  readonly silence: number
  /** Asks for a sign of life. */
  readonly ask: () => void
  /** Told once, when it has been silent for too long. */
  readonly onSilent: () => void
}

/** Milliseconds from one question to the next, where silence is not shorter. */
const EVERY = 5000

export class Pulse {
  readonly #options: PulseOptions
  readonly #most: number
  readonly #timer: NodeJS.Timeout | undefined
  #unanswered = 0

  constructor(options: PulseOptions) {
    const { silence } = options
    const every = Math.min(EVERY, silence * 500)
    this.#options = options
    this.#most = Math.ceil(silence * 1000 / every)
    if (silence > 0) this.#timer = setInterval(() => this.#beat(), every).unref()
  }

  /** It has said something. */
  sign(): void {
    this.#unanswered = 0
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  #beat(): void {
    if (this.#unanswered >= this.#most) {
      this.stop()
      return this.#options.onSilent()
    }
    this.#unanswered++
    this.#options.ask()
  }
}
