/** What a request proves itself with: never anything in its URL, which ends up in logs, histories and Referer. */
import type { IncomingMessage } from 'node:http'

export type Credentials =
  | { readonly kind: 'token'; readonly token: string }
  | { readonly kind: 'session'; readonly id: string }

/** The credentials of a request; a header counts before a cookie. */
export function credentialsOf(request: IncomingMessage): Credentials | undefined {
  const token = tokenIn(request.headers.authorization)
  if (token !== undefined) return { kind: 'token', token }
  const id = cookie(request.headers.cookie, sessionCookie(request))
  return id === undefined ? undefined : { kind: 'session', id }
}

/** Bearer, or the password of Basic: ComfyUI's clients speak both. */
function tokenIn(authorization: string | undefined): string | undefined {
  const match = /^(bearer|basic) +([A-Za-z0-9._~+/=-]+) *$/i.exec(authorization ?? '')
  if (!match) return authorization === undefined ? undefined : ''
  if (match[1].toLowerCase() === 'bearer') return match[2]
  const pair = Buffer.from(match[2], 'base64').toString('utf8')
  return pair.slice(pair.indexOf(':') + 1)
}

/** Cookies do not keep to ports: two servers of one machine need two names. */
export function sessionCookie(request: IncomingMessage): string {
  return `kinograph-session-${request.socket.localPort ?? 0}`
}

function cookie(header: string | undefined, name: string): string | undefined {
  for (const part of (header ?? '').split(';')) {
    const at = part.indexOf('=')
    if (at > 0 && part.slice(0, at).trim() === name) return part.slice(at + 1).trim()
  }
  return undefined
}
