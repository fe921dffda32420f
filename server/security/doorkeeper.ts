/** Lets requests in by token or by session, and slows down whoever guesses. */
import type { IncomingMessage } from 'node:http'
import { isLoopback } from '../config/address.ts'
import type { ServerConfig, TokenConfig } from '../config/config.ts'
import type { Principal } from '../services.ts'
import { credentialsOf } from './credentials.ts'
import { networkOf } from './network.ts'
import { Buckets } from './rate.ts'
import type { Refusal } from './refusal.ts'
import { Sessions } from './sessions.ts'
import { LOCAL, TokenBook } from './tokens.ts'

/** Wrong tokens that an address may send at once, and how many more each second. */
const GUESSES = { burst: 10, perSecond: 0.1 }

export type Entrance = { readonly principal: Principal } | { readonly refusal: Refusal }

/** Who may come in. One for a server: HTTP and sockets share what it remembers. */
export class Doorkeeper {
  readonly sessions = new Sessions()
  readonly #book: TokenBook
  readonly #wrong = new Buckets(GUESSES.perSecond, GUESSES.burst)

  constructor({ tokens, host }: ServerConfig) {
    this.#book = new TokenBook(tokens, isLoopback(host))
  }

  /** Takes other tokens from now on, without a restart. */
  replaceTokens(tokens: readonly TokenConfig[]): void {
    this.#book.replace(tokens)
  }

  /** Whether somebody who came in earlier may still be here. */
  knows(principal: Principal): boolean {
    return this.#book.knows(principal)
  }

  /** Whether nobody needs a token. */
  get isOpen(): boolean {
    return this.#book.isOpen
  }

  /** Who a request comes from. */
  enter(request: IncomingMessage): Entrance {
    if (this.#book.isOpen) return { principal: LOCAL }
    const credentials = credentialsOf(request)
    if (credentials === undefined) return { refusal: unauthorized('This server needs a token.', request) }
    if (credentials.kind === 'token') {
      const known = this.try(credentials.token, request)
      return 'refusal' in known ? known : { principal: known.principal }
    }
    const digest = this.sessions.tokenOf(credentials.id)
    const principal = digest === undefined ? undefined : this.#book.byDigest(digest)
    return principal ? { principal } : { refusal: unauthorized('The session has ended: log in again at /login.', request) }
  }

  /**
   * Tries a token. Guesses are counted by the address of the connection: what X-Forwarded-For says is up to whoever
   * sends it. While an address has to wait, right tokens are refused too, or guessing would go on.
   */
  try(token: string, request: IncomingMessage): { readonly principal: Principal; readonly sha256: string } | { readonly refusal: Refusal } {
    const from = networkOf(request.socket.remoteAddress ?? '')
    const seconds = this.#wrong.wait(from)
    if (seconds > 0) return { refusal: tooManyGuesses(seconds) }
    const known = this.#book.find(token)
    if (known) return known
    this.#wrong.take(from)
    return { refusal: unauthorized('This token is not known here.', request) }
  }
}

function unauthorized(message: string, { headers }: IncomingMessage): Refusal {
  // A page that fetches is told of Bearer only: for Basic, browsers open a dialog of their own.
  const isPage = headers['sec-fetch-mode'] !== undefined
  return {
    status: 401,
    type: 'unauthorized',
    message: `${message} Send "Authorization: Bearer TOKEN", or Basic with any name and the token as the password; in a browser, open /login.`,
    headers: { 'WWW-Authenticate': isPage ? 'Bearer realm="kinograph"' : 'Bearer realm="kinograph", Basic realm="kinograph", charset="UTF-8"' },
  }
}

function tooManyGuesses(seconds: number): Refusal {
  return {
    status: 429,
    type: 'too_many_attempts',
    message: `Too many wrong tokens from this address. Try again in ${seconds} s.`,
    headers: { 'Retry-After': String(seconds) },
  }
}
