import { ANY, isUnion, type SocketType } from '../../core/types/socket.ts'
import { t } from '../i18n/index.ts'

/** How a person reads a socket type, in their language: `IMAGE`, `VIDEO or IMAGE`, `list of LATENT`, `anything`. */
export function socketWords(socket: SocketType): string {
  if (socket === ANY) return t('canvas.anything')
  if (typeof socket === 'string') return socket
  if (isUnion(socket)) return socket.anyOf.map(socketWords).reduce((a, b) => t('canvas.or', { a, b }))
  return t('canvas.listOf', { type: isUnion(socket.list) ? `(${socketWords(socket.list)})` : socketWords(socket.list) })
}
