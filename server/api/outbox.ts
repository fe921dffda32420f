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
  readonly #round: Round
  #waiting: FeedEntry[] = []
  #isClosed = false

  constructor(socket: ClientSocket, round: Round) {
    this.#socket = socket
    this.#round = round
    // Of the transport, not of the connection: that one says "drained" before anything has left.
    socket.conn.transport.on('ready', () => { if (this.#waiting.length > 0) round.add(this) })
  }

  get socket(): ClientSocket {
    return this.#socket
  }

  /** Adds an entry. A client that is too far behind is let go: it comes back with its cursor. */
  push(entry: FeedEntry): void {
    if (this.#isClosed) return
    if (this.#waiting.length >= MAX_WAITING) {
      return this.close({ code: 'too_slow', message: `${MAX_WAITING} events waited to be read. Connect again with the last cursor.` })
    }
    this.#waiting.push(entry)
    this.#round.add(this)
  }

  /** The next batch, where the connection takes one; it counts as sent. */
  take(): readonly FeedEntry[] {
    return this.#isClosed || this.#waiting.length === 0 || !this.#isIdle ? [] : this.#waiting.splice(0, MAX_BATCH)
  }

  /** Forgets what waits: a snapshot takes its place. */
  clear(): void {
    this.#waiting = []
  }

  /** Sends a preview, or leaves it out where the client has not read what came before. */
  preview(preview: Preview): void {
    if (this.#waiting.length === 0 && this.#isIdle) this.previewNow(preview)
  }

  /** Sends a preview behind whatever is on its way. */
  previewNow({ frames, ...about }: Preview): void {
    if (!this.#isClosed) this.#socket.emit('preview', about, frames)
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
}

/**
 * Sends what waits in all outboxes, once in a turn of the event loop. Most clients watch the same: what is the same for
 * many is written as JSON, and as a frame, once.
 */
export class Round {
  readonly #due = new Set<Outbox>()

  /** Has an outbox looked at when this turn is over. */
  add(outbox: Outbox): void {
    if (this.#due.size === 0) setImmediate(() => this.#send())
    this.#due.add(outbox)
  }

  #send(): void {
    const byFirst = new Map<FeedEntry, Letter[]>()
    for (const outbox of this.#due) {
      const entries = outbox.take()
      const [first] = entries
      if (first === undefined) continue
      const letters = byFirst.get(first)
      const same = letters?.find((one) => isSame(one.entries, entries))
      if (same) same.to.push(outbox.socket)
      else if (letters) letters.push({ entries, to: [outbox.socket] })
      else byFirst.set(first, [{ entries, to: [outbox.socket] }])
    }
    this.#due.clear()
    for (const letters of byFirst.values()) for (const letter of letters) post(letter)
  }
}

/** A batch and all who get it. */
interface Letter {
  readonly entries: readonly FeedEntry[]
  readonly to: ClientSocket[]
}

function isSame(a: readonly FeedEntry[], b: readonly FeedEntry[]): boolean {
  return a.length === b.length && a.every((entry, index) => entry === b[index])
}

function post({ entries, to }: Letter): void {
  const [first] = to
  first?.nsp.to(to.map(({ id }) => id)).emit('entries', entries)
}
