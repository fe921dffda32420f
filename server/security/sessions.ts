/** Sessions of browsers that gave a token once: kept in memory, so that they end with the server. */
import { randomBytes } from 'node:crypto'
import { digestOf } from './tokens.ts'

/** How long a session lasts, in seconds. */
export const SESSION_SECONDS = 12 * 3600
/** The oldest make room for new ones. */
const MOST = 1000

/** Which session belongs to which token. Ids are kept as digests, as tokens are. */
export class Sessions {
  readonly #open = new Map<string, { readonly token: string; readonly until: number }>()

  /** Opens a session for the token with this digest. Gives its id, 256 random bits. */
  open(token: string): string {
    const id = randomBytes(32).toString('base64url')
    if (this.#open.size >= MOST) this.#open.delete(this.#open.keys().next().value!)
    this.#open.set(digestOf(id), { token, until: Date.now() + SESSION_SECONDS * 1000 })
    return id
  }

  /** The digest of the token that a session was opened with. */
  tokenOf(id: string): string | undefined {
    const key = digestOf(id)
    const session = this.#open.get(key)
    if (!session) return undefined
    if (session.until > Date.now()) return session.token
    this.#open.delete(key)
    return undefined
  }

  close(id: string): void {
    this.#open.delete(digestOf(id))
  }
}
