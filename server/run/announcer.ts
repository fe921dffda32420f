/** Says how long the queue is: at once after a while of silence, then at most so often, and always at the end. */

/** Milliseconds between two words. */
const INTERVAL = 50

export class Announcer {
  readonly #say: () => void
  #timer: NodeJS.Timeout | undefined
  #isDue = false

  constructor(say: () => void) {
    this.#say = say
  }

  /** Something changed. */
  soon(): void {
    if (this.#timer !== undefined) this.#isDue = true
    else this.now()
  }

  now(): void {
    clearTimeout(this.#timer)
    this.#isDue = false
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      if (this.#isDue) this.now()
    }, INTERVAL)
    this.#say()
  }

  close(): void {
    clearTimeout(this.#timer)
  }
}
