/** How much one client may take of the server: connections, time, bytes, sockets. */
import type { IncomingMessage, Server, ServerOptions } from 'node:http'
import type { Duplex } from 'node:stream'
import type { ServerConfig } from '../config/config.ts'
import { LOOPBACK_NETWORK, networkOf } from './network.ts'
import type { Principal } from '../services.ts'
import type { Refusal } from './refusal.ts'

/** What may wait to be sent to one socket; whoever reads slower than that is dropped, and asks for a snapshot later. */
export const UNSENT_BYTES = 32 * 1024 * 1024
/** The largest frame that a client may send over a socket. */
export const FRAME_BYTES = 1024 * 1024
/** Forms have fields beside their file. */
const FORM_BYTES = 1024 * 1024

/** What a server is made with, so that slow heads and bodies are cut off in time. */
export function timeLimits({ limits }: ServerConfig): ServerOptions {
  const headersTimeout = limits.headersSeconds * 1000
  const requestTimeout = Math.max(limits.requestSeconds, limits.headersSeconds) * 1000
  return { headersTimeout, requestTimeout, keepAliveTimeout: 65_000, connectionsCheckingInterval: Math.min(5000, headersTimeout) }
}

/** Sets the limits of connections. To be called before the server listens. */
export function limitConnections(server: Server, { limits }: ServerConfig): void {
  server.maxConnections = limits.connections
  server.maxHeadersCount = 100
  // Nothing moved in either direction: a client that stopped reading its download.
  server.timeout = Math.max(limits.requestSeconds, 60) * 1000
}

/** What is wrong with a body before a byte of it is read; undefined when nothing is. */
export function bodyCheck({ limits }: ServerConfig): (request: IncomingMessage) => Refusal | undefined {
  const most = Math.max(limits.bodyBytes, limits.uploadBytes) + FORM_BYTES
  return ({ headers }) => {
    const encoding = headers['content-encoding']?.trim().toLowerCase()
    if (encoding !== undefined && encoding !== '' && encoding !== 'identity') return compressed(encoding)
    return Number(headers['content-length'] ?? 0) > most ? tooLarge(most) : undefined
  }
}

function compressed(encoding: string): Refusal {
  return {
    status: 415,
    type: 'unsupported_encoding',
    message: `Content-Encoding: expected a body as it is, got ${JSON.stringify(encoding.slice(0, 40))}. Send it uncompressed.`,
    headers: { 'Accept-Encoding': 'identity' },
  }
}

function tooLarge(most: number): Refusal {
  return { status: 413, type: 'body_too_large', message: `Content-Length: expected at most ${most} bytes. Send less, or raise "limits" in the configuration file.` }
}

/** The sockets that are open. */
export class OpenSockets {
  readonly #most: number
  readonly #byAddress = new Map<string, number>()
  readonly #open = new Map<Duplex, Principal>()
  #watch: NodeJS.Timeout | undefined

  constructor({ limits }: ServerConfig) {
    this.#most = limits.sockets
  }

  /** Whether there is room for one more. One address of many may take a quarter; this machine's own may take all. */
  check({ socket }: IncomingMessage): Refusal | undefined {
    const from = networkOf(socket.remoteAddress ?? '')
    const share = from === LOOPBACK_NETWORK ? this.#most : Math.ceil(this.#most / 4)
    if (this.#open.size < this.#most && (this.#byAddress.get(from) ?? 0) < share) return undefined
    return { status: 503, type: 'too_many_sockets', message: 'Too many sockets are open. Close some, or raise "limits.sockets".', headers: { 'Retry-After': '5' } }
  }

  /** Counts a socket until it closes, and drops it when it does not read. */
  hold({ socket }: IncomingMessage, principal: Principal): void {
    const from = networkOf(socket.remoteAddress ?? '')
    this.#open.set(socket, principal)
    this.#byAddress.set(from, (this.#byAddress.get(from) ?? 0) + 1)
    this.#watch ??= setInterval(() => this.#dropDeaf(), 1000).unref()
    socket.once('close', () => this.#letGo(socket, from))
  }

  /** Ends those of everybody who may not be here any more. */
  drop(isGone: (principal: Principal) => boolean): void {
    for (const [socket, principal] of this.#open) if (isGone(principal)) socket.destroy()
  }

  #letGo(socket: Duplex, from: string): void {
    this.#open.delete(socket)
    const left = (this.#byAddress.get(from) ?? 1) - 1
    if (left > 0) this.#byAddress.set(from, left)
    else this.#byAddress.delete(from)
    if (this.#open.size > 0) return
    clearInterval(this.#watch)
    this.#watch = undefined
  }

  #dropDeaf(): void {
    for (const socket of this.#open.keys()) if (socket.writableLength > UNSENT_BYTES) socket.destroy()
  }
}
