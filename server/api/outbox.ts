/** What waits to be sent to one socket: bounded, so that a client that reads slowly costs little and holds up nobody. */
import type { Socket } from 'socket.io'
import type { FeedEntry, Preview } from '../events/feed.ts'
import type { ClientEvents, Goodbye, ServerEvents } from './channel.ts'

export type ClientSocket = Socket<ClientEvents, ServerEvents>

/** Entries that may wait. They are shared with the feed: what counts is what is held on to after it let go. */
const MAX_WAITING = 10_000
const MAX_BATCH = 500
/** Milliseconds for a farewell to be read before the connection is cut. */
const FAREWELL = 5000

/** The way to one client. Sends when the connection takes more; never more than one batch at a time is under way. */
export class Outbox {
  readonly #socket: ClientSocket
  #waiting: FeedEntry[] = []
  #isDue = false
  #isClosed = false

  constructor(socket: ClientSocket) {
    this.#socket = socket
    // Of the transport, not of the connection: that one says "drained" before anything has left.
    socket.conn.transport.on('ready', () => this.#flush())
  }

  /** Adds an entry. A client that is too far behind is let go: it comes back with its cursor. */
  push(entry: FeedEntry): void {
    if (this.#isClosed) return
    if (this.#waiting.length >= MAX_WAITING) {
      return this.close({ code: 'too_slow', message: `${MAX_WAITING} events waited to be read. Connect again with the last cursor.` })
    }
    this.#waiting.push(entry)
    if (this.#isDue) return
    this.#isDue = true
    setImmediate(() => {
      this.#isDue = false
      this.#flush()
    })
  }

  /** Forgets what waits: a snapshot takes its place. */
  clear(): void {
    this.#waiting = []
  }

  /** Sends a preview, or leaves it out where the client has not read what came before. */
  preview({ frames, ...about }: Preview): void {
    if (!this.#isClosed && this.#waiting.length === 0 && this.#isIdle) this.#socket.emit('preview', about, frames)
  }

  /** Says why, and ends the connection. */
  close(reason: Goodbye): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#waiting = []
    const { conn } = this.#socket
    this.#socket.emit('goodbye', reason)
    this.#socket.disconnect(true)
    setTimeout(() => conn.close(true), FAREWELL).unref()
  }

  get #isIdle(): boolean {
    const { transport, writeBuffer } = this.#socket.conn as unknown as { transport: { writable: boolean }; writeBuffer: readonly unknown[] } // engine.io's, which its types hide
    return transport.writable && writeBuffer.length === 0
  }

  #flush(): void {
    if (this.#isClosed || this.#waiting.length === 0 || !this.#isIdle) return
    this.#socket.emit('entries', this.#waiting.splice(0, MAX_BATCH))
  }
}
