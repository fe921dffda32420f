/** No worker answers now, but one may soon: 503 with Retry-After. */
export class Busy extends Error {
  /** Seconds to wait before asking again. */
  readonly retryAfter: number

  constructor(message: string, retryAfter = 2) {
    super(message)
    this.name = 'Busy'
    this.retryAfter = retryAfter
  }
}
