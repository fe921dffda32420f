/** Tells clients how long the queue is: when it changes, and as a sign of life where nothing else was said. */
import type { Services } from '../../services.ts'
import type { Clients } from './clients.ts'
import { textFrame } from './frames.ts'

/** Milliseconds between two of them, however fast the queue moves. */
const AT_MOST_EVERY = 100
/** Milliseconds of silence after which a client is told again: some take 10 seconds of it for a dead connection. */
const SILENCE = 4000
const LOOK_EVERY = 500

export class StatusSender {
  readonly #queue: Services['queue']
  readonly #clients: Clients
  #pause: NodeJS.Timeout | undefined
  #isDue = false

  constructor({ queue }: Pick<Services, 'queue'>, clients: Clients) {
    this.#queue = queue
    this.#clients = clients
    setInterval(() => this.#breakSilence(), LOOK_EVERY).unref()
  }

  /** The message, with the client's id where it has just come. */
  frame(sid?: string): string {
    return textFrame('status', { status: queueStatus(this.#queue), ...(sid !== undefined && { sid }) })
  }

  /** The queue has changed: tells all, now or as soon as it may. */
  changed(): void {
    this.#isDue = true
    if (this.#pause === undefined) setImmediate(() => this.#send())
  }

  #send(): void {
    if (!this.#isDue || this.#pause !== undefined) return
    this.#isDue = false
    this.#pause = setTimeout(() => {
      this.#pause = undefined
      this.#send()
    }, AT_MOST_EVERY).unref()
    const frame = this.frame()
    for (const connection of this.#clients.all()) connection.offer(frame)
  }

  #breakSilence(): void {
    const now = performance.now()
    for (const connection of this.#clients.all()) {
      if (now - connection.lastSent >= SILENCE) connection.send(this.frame())
    }
  }
}

/** What ComfyUI calls a status: `GET /prompt` answers with the same. */
export function queueStatus({ size }: Services['queue']): { readonly exec_info: { readonly queue_remaining: number } } {
  return { exec_info: { queue_remaining: size.running + size.queued } }
}
