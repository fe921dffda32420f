/** One client's socket. What a slow client does not read is dropped or ends it: the server's memory is not its buffer. */
import type { Writable } from 'node:stream'
import type { RawData, WebSocket } from 'ws'
import type { Principal } from '../../services.ts'

/** Bytes that wait for a client before what it can do without (progress, previews, the queue's length) is left out. */
const DISPENSABLE = 1_000_000
/** Bytes that wait before it is let go: it may come again and ask how things stand. */
const MOST = 16_000_000
/** Milliseconds that a client has to answer a ping. */
const PATIENCE = 250
/** The code for "try again later" of RFC 6455's registry. */
const TRY_AGAIN = 1013

export class Connection {
  readonly client: string
  readonly principal: Principal
  /** Whether it asked for previews that say what they belong to. */
  takesDescribedPreviews = false
  /** When something was last sent to it, in milliseconds of the monotonic clock. */
  lastSent = performance.now()
  readonly #socket: WebSocket
  readonly #wire: Pick<Writable, 'cork' | 'uncork'>
  #pings = 0
  #isCorked = false

  /** @param wire what the socket writes to */
  constructor(socket: WebSocket, wire: Pick<Writable, 'cork' | 'uncork'>, client: string, principal: Principal) {
    this.#socket = socket
    this.#wire = wire
    this.client = client
    this.principal = principal
  }

  /** Sends what the client must not miss. */
  send(frame: string | Buffer): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return
    if (this.#socket.bufferedAmount > MOST) return this.#letGo()
    this.lastSent = performance.now()
    this.#gather()
    this.#socket.send(frame)
  }

  /** Sends what the next of its kind makes good, unless the client is slow. */
  offer(frame: string | Buffer): void {
    if (this.#socket.bufferedAmount <= DISPENSABLE) this.send(frame)
  }

  /**
   * Resolves once the client has looked at what arrived up to now, also over other connections: it has answered a ping
   * that was sent after it. At the latest after a quarter of a second.
   */
  caughtUp(): Promise<void> {
    if (this.#socket.readyState !== this.#socket.OPEN) return Promise.resolve()
    const name = `reply-${this.#pings++}`
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer)
        this.#socket.off('pong', onPong)
        resolve()
      }
      const onPong = (data: Buffer) => { if (String(data) === name) done() }
      const timer = setTimeout(done, PATIENCE)
      this.#socket.on('pong', onPong).ping(name)
    })
  }

  /** What is said in one turn goes out in one write. */
  #gather(): void {
    if (this.#isCorked) return
    this.#isCorked = true
    this.#wire.cork()
    setImmediate(() => {
      this.#isCorked = false
      this.#wire.uncork()
    })
  }

  #letGo(): void {
    this.#socket.close(TRY_AGAIN, 'too slow')
    this.#socket.terminate()
  }
}

/** What a client says of itself in its first message; `undefined` for anything else. */
export function flagsIn(message: RawData): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(String(message))
    if (!isObject(value) || value['type'] !== 'feature_flags') return undefined
    return isObject(value['data']) ? value['data'] : {}
  } catch {
    return undefined
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
