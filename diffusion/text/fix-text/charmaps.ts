import { once } from '../once.ts'
import { WINDOWS_1252_HIGH } from '../python-html.ts'

/** A single-byte encoding: every character it has, and the byte that stands for it. */
export interface Charmap {
  readonly name: string
  /** Free bytes stand for themselves, and byte 1A for U+FFFD (ftfy's "sloppy" codecs). */
  readonly sloppy: boolean
  /** The character of each byte, 0 to 255. */
  readonly characters: readonly string[]
  readonly bytes: ReadonlyMap<string, number>
}

const CP437_HIGH =
  'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐' +
  '└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\xa0'

/** Characters of bytes 80 to FF as the platform decodes them; a byte that it can't decode stands for itself. */
function highOf(label: string): string[] {
  const decoder = new TextDecoder(label)
  return Array.from({ length: 128 }, (_, i) => {
    const character = decoder.decode(Uint8Array.of(0x80 + i))
    return character === '\ufffd' ? String.fromCharCode(0x80 + i) : character
  })
}

function charmap(name: string, high: Iterable<string>, sloppy: boolean): Charmap {
  const ascii = Array.from({ length: 128 }, (_, byte) => String.fromCharCode(byte))
  const characters = [...ascii, ...high]
  if (sloppy) characters[0x1a] = '\ufffd'
  return { name, sloppy, characters, bytes: new Map(characters.map((character, byte) => [character, byte])) }
}

const latin1High = () => Array.from({ length: 128 }, (_, i) => String.fromCharCode(0x80 + i))

export const latin1 = once(() => charmap('latin-1', latin1High(), false))
// Node decodes "windows-1252" as Latin-1 in some releases, so its own table is written out.
const windows1252 = once(() => charmap('windows-1252', [...WINDOWS_1252_HIGH, ...latin1High().slice(32)], true))

/** The encodings whose mojibake looks most like text: all but for some letters they are Latin-1. */
const latinLike = once((): readonly Charmap[] => {
  const windows = (page: number) => charmap(`windows-${page}`, highOf(`windows-${page}`), true)
  return [latin1(), windows1252(), ...[1251, 1250, 1253, 1254, 1257].map(windows)]
})

/** The encodings that text may wrongly have been decoded from, in the order in which they are tried. */
export const charmaps = once((): readonly Charmap[] => [
  ...latinLike(),
  charmap('iso-8859-2', highOf('iso-8859-2'), false),
  charmap('macroman', highOf('macintosh'), false),
  charmap('cp437', CP437_HIGH, false),
])

/** All characters that the Latin-1-like encodings have for bytes in [from, to], as the inside of a regex class. */
export function charactersOf(from: number, to: number, except = ''): string {
  const found = new Set(latinLike().flatMap(({ characters }) => characters.slice(from, to + 1)))
  return [...found].filter((character) => !except.includes(character)).map(escaped).join('')
}

const escaped = (character: string) => `\\u{${character.codePointAt(0)!.toString(16)}}`

/** Text as the bytes (a string of characters 0 to 255) it has in an encoding; null where a character has none. */
export function encodeCharmap(text: string, { bytes }: Charmap): string | null {
  const units = new Uint8Array(text.length)
  for (let i = 0; i < text.length; i++) {
    const byte = bytes.get(text[i]!)
    if (byte === undefined) return null
    units[i] = byte
  }
  return Buffer.from(units.buffer).toString('latin1')
}
