/** What waiting jobs ask for, kept in memory up to a budget; the rest is read from the store when its turn comes near. */
import type { JobRequest } from '../job/job.ts'
import { roughSize } from './rough-size.ts'

/** Bytes of all requests together, about, and of one. */
const BUDGET = 32_000_000
const MOST = 500_000

export class RequestShelf {
  readonly #requests = new Map<string, { readonly request: JobRequest; readonly bytes: number }>()
  readonly #budget: number
  #bytes = 0

  constructor(budget: number = BUDGET) {
    this.#budget = budget
  }

  /** Keeps it where there is room. */
  offer(id: string, request: JobRequest): void {
    const bytes = roughSize(request, MOST)
    if (bytes <= MOST && this.#bytes + bytes <= this.#budget) this.#put(id, request, bytes)
  }

  /** Keeps it, since it is about to be used. */
  keep(id: string, request: JobRequest): void {
    this.#put(id, request, roughSize(request, MOST))
  }

  has(id: string): boolean {
    return this.#requests.has(id)
  }

  get(id: string): JobRequest | undefined {
    return this.#requests.get(id)?.request
  }

  take(id: string): JobRequest | undefined {
    const found = this.#requests.get(id)
    if (found === undefined) return undefined
    this.#requests.delete(id)
    this.#bytes -= found.bytes
    return found.request
  }

  #put(id: string, request: JobRequest, bytes: number): void {
    this.take(id)
    this.#requests.set(id, { request, bytes })
    this.#bytes += bytes
  }
}
