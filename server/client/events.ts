/** Events of a server: one socket for all who listen, opened for the first and closed after the last of them. */
import type { Socket } from 'socket.io-client'
import type { ClientEvents, Goodbye, Greeting, PreviewHead, ServerEvents, Watch } from '../api/channel.ts'
import type { FeedEntry, Preview, Snapshot } from '../events/feed.ts'
import type { Caller } from './call.ts'
import { KinographError } from './errors.ts'

export interface EventListener {
  /** Only of these jobs; of all when left out. */
  readonly jobs?: readonly string[]
  onEntry?(entry: FeedEntry): void
  /** How everything stands: at the beginning, and when so much was missed that it can't be told one by one. */
  onSnapshot?(snapshot: Snapshot): void
  onPreview?(preview: Preview): void
  /** Whether there is a connection now. Lost ones come back by themselves, and nothing final is missed. */
  onConnection?(isOpen: boolean): void
}

export interface Subscription {
  /** Resolves when what happens from now on will be heard. Rejects when the first connection fails. */
  readonly ready: Promise<void>
  close(): void
}

type ServerSocket = Socket<ServerEvents, ClientEvents>

/** The events of one server. */
export class Events {
  readonly #caller: Caller
  readonly #listeners = new Set<EventListener>()
  #socket: Promise<ServerSocket> | undefined
  #cursor: string | undefined

  constructor(caller: Caller) {
    this.#caller = caller
  }

  /** The last cursor that was seen. */
  get cursor(): string | undefined {
    return this.#cursor
  }

  /** Begins to listen. */
  subscribe(listener: EventListener): Subscription {
    const isFirst = this.#listeners.size === 0
    this.#listeners.add(listener)
    const opened = (this.#socket ??= this.#open())
    const ready = opened.then((socket) => (isFirst ? undefined : this.#rewatch(socket, listener.onSnapshot !== undefined)))
    ready.catch(() => {}) // whoever wants to know looks at it
    return { ready, close: () => this.#remove(listener) }
  }

  /** Lets go of the connection, whoever listens. */
  close(): void {
    this.#listeners.clear()
    this.#shut()
  }

  async #open(): Promise<ServerSocket> {
    const { io } = await import('socket.io-client')
    const socket: ServerSocket = io(this.#caller.url, {
      transports: ['websocket'], autoConnect: false, forceNew: true, reconnectionDelay: 250, reconnectionDelayMax: 5000,
      extraHeaders: { ...this.#caller.headers },
      auth: (tell: (greeting: Greeting) => void) => tell({ ...this.#watch, ...(this.#cursor !== undefined && { cursor: this.#cursor }) }),
    })
    this.#hear(socket)
    try {
      await new Promise<void>((resolve, reject) => {
        // What was missed, or how everything stands, is the first that comes: from then on nothing is missed.
        socket.once('snapshot', () => resolve())
        socket.once('replay', () => resolve())
        socket.once('connect_error', (cause) => reject(new KinographError(0, { code: 'unreachable', message: `The events of ${this.#caller.url} can't be had: ${cause.message}.` }, { cause })))
        socket.connect()
      })
    } catch (error) {
      socket.disconnect()
      this.#socket = undefined
      throw error
    }
    return socket
  }

  #hear(socket: ServerSocket): void {
    socket.on('snapshot', (snapshot) => {
      this.#cursor = snapshot.cursor
      for (const listener of this.#listeners) listener.onSnapshot?.(snapshot)
    })
    socket.on('replay', (entries) => this.#take(entries))
    socket.on('entries', (entries) => this.#take(entries))
    socket.on('preview', (about, frames) => this.#show(about, frames))
    socket.on('connect', () => this.#tellConnection(true))
    socket.on('disconnect', (reason) => {
      this.#tellConnection(false)
      // What the server ends is not opened again by itself.
      if (reason === 'io server disconnect') setTimeout(() => { if (this.#listeners.size > 0) socket.connect() }, 500)
    })
    socket.on('goodbye', ({ code }: Goodbye) => { if (code === 'invalid_request') this.#cursor = undefined })
  }

  #take(entries: readonly FeedEntry[]): void {
    for (const entry of entries) {
      this.#cursor = entry.cursor
      for (const listener of this.#listeners) if (hears(listener, entry)) listener.onEntry?.(entry)
    }
  }

  #show(about: PreviewHead, frames: readonly Uint8Array[]): void {
    const preview = { ...about, frames: frames.map((frame) => new Uint8Array(frame)) } // browsers get ArrayBuffers
    for (const listener of this.#listeners) if (listener.jobs?.includes(about.job) ?? true) listener.onPreview?.(preview)
  }

  #tellConnection(isOpen: boolean): void {
    for (const listener of this.#listeners) listener.onConnection?.(isOpen)
  }

  get #watch(): Watch {
    const all = [...this.#listeners]
    const jobs = all.some((one) => one.jobs === undefined) ? 'all' : [...new Set(all.flatMap((one) => one.jobs ?? []))]
    return { jobs: jobs.length > 1000 ? 'all' : jobs, previews: all.some((one) => one.onPreview) }
  }

  /** Tells the server what is wanted now. A connection that is being made again tells it as it greets. */
  async #rewatch(socket: ServerSocket, snapshot = false): Promise<void> {
    if (!socket.connected) return
    await socket.timeout(20_000).emitWithAck('watch', { ...this.#watch, ...(snapshot && { snapshot }) }).catch((cause: unknown) => {
      if (socket.connected) throw new KinographError(0, { code: 'unreachable', message: 'The server did not answer over the events.' }, { cause })
    })
  }

  #remove(listener: EventListener): void {
    if (!this.#listeners.delete(listener)) return
    if (this.#listeners.size === 0) this.#shut()
    else void this.#socket?.then((socket) => this.#rewatch(socket)).catch(() => {})
  }

  #shut(): void {
    const socket = this.#socket
    this.#socket = undefined
    this.#cursor = undefined
    void socket?.then((one) => one.disconnect(), () => {})
  }
}

function hears({ jobs }: EventListener, entry: FeedEntry): boolean {
  return jobs === undefined || ('job' in entry && jobs.includes(entry.job))
}
