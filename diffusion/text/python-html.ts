import { characterEntities } from 'character-entities'
import { characterEntitiesLegacy } from 'character-entities-legacy'

/** Python's `html.unescape` and `urllib.parse.unquote_plus` (CPython 3.11). */

const LEGACY: ReadonlySet<string> = new Set(characterEntitiesLegacy)
const LONGEST_LEGACY = Math.max(...characterEntitiesLegacy.map((name) => name.length))

/** What HTML's named character `name` (without & and ;) stands for. */
export const namedCharacter = (name: string): string | undefined =>
  Object.hasOwn(characterEntities, name) ? characterEntities[name] : undefined

/** The same for the old names that need no semicolon: `&amp`. */
const legacyCharacter = (name: string): string | undefined => (LEGACY.has(name) ? namedCharacter(name) : undefined)

/** Windows-1252's characters for 0x80–0x9F; a byte that it leaves free stands for itself. */
export const WINDOWS_1252_HIGH =
  '\u20ac\x81\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\x8d\u017d\x8f' +
  '\x90\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\x9d\u017e\u0178'

/** `html.unescape`: named and numeric character references become characters, by the HTML 5 rules. */
export function unescapeHtml(text: string): string {
  if (!text.includes('&')) return text
  return text.replaceAll(/&(#[0-9]+;?|#[xX][0-9a-fA-F]+;?|[^\t\n\f <&#;]{1,32};?)/gu, (_, reference: string) =>
    reference.startsWith('#') ? numericReference(reference.slice(1)) : namedReference(reference),
  )
}

function namedReference(reference: string): string {
  const whole = reference.endsWith(';') ? namedCharacter(reference.slice(0, -1)) : legacyCharacter(reference)
  if (whole !== undefined) return whole
  for (let length = Math.min(reference.length - 1, LONGEST_LEGACY); length > 1; length--) {
    const start = legacyCharacter(reference.slice(0, length))
    if (start !== undefined) return start + reference.slice(length)
  }
  return `&${reference}`
}

function numericReference(reference: string): string {
  const digits = reference.endsWith(';') ? reference.slice(0, -1) : reference
  const code = /^[xX]/.test(digits) ? Number.parseInt(digits.slice(1), 16) : Number.parseInt(digits, 10)
  if (code === 0 || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return '\ufffd'
  if (code >= 0x80 && code <= 0x9f) return WINDOWS_1252_HIGH[code - 0x80]!
  return isControlOrNoncharacter(code) ? '' : String.fromCodePoint(code)
}

const isControlOrNoncharacter = (code: number) =>
  (code < 0x20 && ![0x09, 0x0a, 0x0c, 0x0d].includes(code)) ||
  code === 0x7f ||
  (code >= 0xfdd0 && code <= 0xfdef) ||
  (code & 0xfffe) === 0xfffe

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true })

/** `urllib.parse.unquote_plus`: + is a space, %XX a byte of UTF-8; bytes that are no UTF-8 become U+FFFD. */
export function unquotePlus(text: string): string {
  const spaced = text.replaceAll('+', ' ')
  if (!spaced.includes('%')) return spaced
  const bytes = Buffer.from(spaced, 'utf8')
  let length = 0
  for (let at = 0; at < bytes.length; at++) {
    const high = bytes[at] === PERCENT ? hexValue(bytes[at + 1]) : -1
    const low = high < 0 ? -1 : hexValue(bytes[at + 2])
    bytes[length++] = low < 0 ? bytes[at]! : high * 16 + low
    if (low >= 0) at += 2
  }
  return utf8.decode(bytes.subarray(0, length))
}

const PERCENT = 0x25

/** The value of an ASCII hex digit, or -1. */
function hexValue(byte: number | undefined): number {
  if (byte === undefined) return -1
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30
  const letter = byte | 0x20
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1
}
