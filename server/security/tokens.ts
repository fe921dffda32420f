/** Who has which token. Only digests are kept; they are compared in constant time, each with all. */
import { createHash, timingSafeEqual } from 'node:crypto'
import type { TokenConfig } from '../config/config.ts'
import type { Principal, Scope } from '../services.ts'

/** Whoever asks, where no tokens are set: the person at this machine. */
export const LOCAL: Principal = { name: 'local', scopes: new Set<Scope>(['run', 'edit', 'admin']) }

/** Each scope holds those below it: who may administer may edit, who may edit may run. */
const HOLDS: Readonly<Record<Scope, readonly Scope[]>> = { run: ['run'], edit: ['run', 'edit'], admin: ['run', 'edit', 'admin'] }

/** SHA-256 of a token, as the configuration holds it. */
export function digestOf(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}

const DIGEST_BYTES = 32

interface Entry {
  readonly principal: Principal
  readonly sha256: string
  readonly digest: Buffer
}

function entryOf({ name, scopes, sha256 }: TokenConfig): Entry {
  const held = new Set(scopes.flatMap((scope) => HOLDS[scope]))
  return { principal: { name, scopes: held }, sha256: sha256.toLowerCase(), digest: Buffer.from(sha256, 'hex') }
}

function isSame(one: Entry, other: Entry): boolean {
  const { principal: { name, scopes } } = one
  return one.sha256 === other.sha256 && name === other.principal.name && scopes.size === other.principal.scopes.size
}

/** The tokens that are good now. */
export class TokenBook {
  #entries: readonly Entry[] = []
  readonly #mayBeOpen: boolean

  /** @param mayBeOpen whether nobody needs one while there is none: only where this machine alone gets in */
  constructor(tokens: readonly TokenConfig[], mayBeOpen: boolean) {
    this.#mayBeOpen = mayBeOpen
    this.replace(tokens)
  }

  /** Whether anybody may come in without one. */
  get isOpen(): boolean {
    return this.#mayBeOpen && this.#entries.length === 0
  }

  /** Takes other tokens from now on: sessions of those that are gone end with them. */
  replace(tokens: readonly TokenConfig[]): void {
    const before = this.#entries
    this.#entries = tokens.map((token) => {
      const entry = entryOf(token)
      return before.find((one) => isSame(one, entry)) ?? entry // so that who is in stays the same person
    })
  }

  /** Whose token this is. */
  find(token: string): { readonly principal: Principal; readonly sha256: string } | undefined {
    return this.#match(createHash('sha256').update(token).digest())
  }

  /** Whether somebody who came in earlier still has a token that lets them in, with the same scopes. */
  knows(principal: Principal): boolean {
    return principal === LOCAL ? this.isOpen : this.#entries.some((one) => one.principal === principal)
  }

  /** Who has the token with this digest, if it is still good. */
  byDigest(sha256: string): Principal | undefined {
    return this.#match(Buffer.from(sha256, 'hex'))?.principal
  }

  #match(given: Buffer): Entry | undefined {
    if (given.length !== DIGEST_BYTES) return undefined
    let found: Entry | undefined
    for (const entry of this.#entries) { // no way out early: time must not tell which one it was
      if (entry.digest.length === DIGEST_BYTES && timingSafeEqual(entry.digest, given)) found = entry
    }
    return found
  }
}
