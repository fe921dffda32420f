/**
 * What a socket carries, as data: the id of a value type, `*` for anything, a list of one, or one of several.
 * It stands in node definitions, so browser, server and worker decide with the same function whether two fit.
 */
export type SocketType = string | { readonly list: SocketType } | { readonly anyOf: readonly SocketType[] }

/** The socket type that fits every other. */
export const ANY = '*'

/** Ids whose values are also values of another id: a whole number is a number, a choice is a text. */
const ALSO: ReadonlyMap<string, string> = new Map([['INT', 'FLOAT'], ['COMBO', 'STRING']])

/**
 * Whether a link from an output of type `from` to an input of type `to` may be drawn.
 * A union fits when one of its members does; the value itself is checked when it arrives.
 */
export function fits(from: SocketType, to: SocketType): boolean {
  if (from === to || from === ANY || to === ANY) return true
  if (isUnion(from)) return from.anyOf.some((member) => fits(member, to))
  if (isUnion(to)) return to.anyOf.some((member) => fits(from, member))
  if (typeof from === 'string') return typeof to === 'string' && ALSO.get(from) === to
  return typeof to !== 'string' && fits(from.list, to.list)
}

/** Whether every value of `from` is known to be a value of `to`, so that nothing has to be checked on arrival. */
export function alwaysFits(from: SocketType, to: SocketType): boolean {
  if (from === to || to === ANY) return true
  if (from === ANY) return false
  if (isUnion(from)) return from.anyOf.every((member) => alwaysFits(member, to))
  if (isUnion(to)) return to.anyOf.some((member) => alwaysFits(from, member))
  if (typeof from === 'string') return typeof to === 'string' && ALSO.get(from) === to
  return typeof to !== 'string' && alwaysFits(from.list, to.list)
}

/** How a person reads a socket type: `IMAGE`, `VIDEO or IMAGE`, `list of LATENT`, `anything`. */
export function socketText(socket: SocketType): string {
  if (socket === ANY) return 'anything'
  if (typeof socket === 'string') return socket
  if (isUnion(socket)) return socket.anyOf.map(socketText).join(' or ')
  return `list of ${isUnion(socket.list) ? `(${socketText(socket.list)})` : socketText(socket.list)}`
}

/** Whether this is one of several types. */
export function isUnion(socket: SocketType): socket is { readonly anyOf: readonly SocketType[] } {
  return typeof socket === 'object' && 'anyOf' in socket
}

/** Whether this is a list of a type. */
export function isList(socket: SocketType): socket is { readonly list: SocketType } {
  return typeof socket === 'object' && 'list' in socket
}
