/** What is said aloud of a run: each thing once, never more than one message in so many milliseconds, the newest first. */
export class Announcer {
  readonly #say: (text: string) => void
  readonly #pace: number
  #last = ''
  #saidAt = -Infinity
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(say: (text: string) => void, pace = 2000) {
    this.#say = say
    this.#pace = pace
  }

  /** Says it, now or as soon as it may; what waited before is passed over. */
  tell(text: string): void {
    if (text === '' || text === this.#last) return
    this.#last = text
    clearTimeout(this.#timer)
    const wait = this.#saidAt + this.#pace - Date.now()
    if (wait <= 0) this.#speak()
    else this.#timer = setTimeout(() => this.#speak(), wait)
  }

  /** Says nothing more. */
  stop(): void {
    clearTimeout(this.#timer)
  }

  #speak(): void {
    this.#saidAt = Date.now()
    this.#say(this.#last)
  }
}
