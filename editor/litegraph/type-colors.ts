/** A colour for every socket type: the same for a type wherever it is, readable on both themes. */
import { ANY, isList, isUnion, type SocketType } from '../../core/types/socket.ts'

/** Hues (degrees) that people know from ComfyUI, for the types that it has too. */
const HUES: Readonly<Record<string, number>> = {
  IMAGE: 207, VIDEO: 176, LATENT: 309, MODEL: 262, VAE: 0, CLIP: 50, TEXT_ENCODER: 50, CONDITIONING: 33, MASK: 122, AUDIO: 90,
  INT: 150, FLOAT: 165, STRING: 100, BOOLEAN: 340, COMBO: 75, LORA: 285,
}

/** The colour of what a socket carries. A list has that of its items, a union that of its first member; anything is grey. */
export function typeColor(socket: SocketType, theme: 'light' | 'dark'): string {
  const id = itemOf(socket)
  const lightness = theme === 'dark' ? 68 : 40
  if (id === ANY || id === '') return `hsl(220 8% ${lightness}%)`
  const hue = Object.hasOwn(HUES, id) ? HUES[id]! : hash(id) % 360
  return `hsl(${hue} ${theme === 'dark' ? 75 : 70}% ${lightness}%)`
}

/** The id of the type behind lists and unions. */
function itemOf(socket: SocketType): string {
  if (isUnion(socket)) return itemOf(socket.anyOf[0] ?? ANY)
  return isList(socket) ? itemOf(socket.list) : typeof socket === 'string' ? socket : ANY
}

/** FNV-1a. */
function hash(text: string): number {
  let value = 0x811c9dc5
  for (let index = 0; index < text.length; index++) value = Math.imul(value ^ text.charCodeAt(index), 0x01000193) >>> 0
  return value
}
