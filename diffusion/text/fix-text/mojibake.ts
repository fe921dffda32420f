import { once } from '../once.ts'
import { WINDOWS_1252_HIGH } from '../python-html.ts'
import { isBad } from './badness.ts'
import { charactersOf, charmaps, encodeCharmap, latin1, type Charmap } from './charmaps.ts'
import { decodeUtf8, decodeUtf8Variants } from './utf8-variants.ts'

/**
 * UTF-8 sequences in which a space stands where byte A0 belongs. Only those whose character is likely: C2 before A0 is
 * a no-break space, C3 is à, C5 Š, CE Π, D0 Р, D9 an Arabic zero (ftfy/chardata.py, ALTERED_UTF8_RE).
 */
const ALTERED = new RegExp(
  '[\\xc2\\xc3\\xc5\\xce\\xd0\\xd9] |[\\xe2\\xe3] [\\x80-\\x84\\x86-\\x9f\\xa1-\\xbf]' +
    '|[\\xe0-\\xe3][\\x80-\\x84\\x86-\\x9f\\xa1-\\xbf] ' +
    '|\\xf0 [\\x80-\\xbf][\\x80-\\xbf]|\\xf0[\\x80-\\xbf] [\\x80-\\xbf]|\\xf0[\\x80-\\xbf][\\x80-\\xbf] ',
  'g',
)
/** `à` on its own keeps the space behind it, "à la"; Portuguese às, àquele, àquela, àquilo don't (A_GRAVE_WORD_RE). */
const A_GRAVE_WORD = /\xc3 (?! |quele|quela|quilo|s )/g
/** UTF-8 sequences that lost bytes: 1A stands for U+FFFD, and ? may once (LOSSY_UTF8_RE). */
const LOSSY = new RegExp(
  '[\\xc2-\\xdf]\\x1a|[\\xc2-\\xc3]\\?' +
    '|\\xed[\\xa0-\\xaf][\\x1a?]\\xed[\\xb0-\\xbf][\\x1a?\\x80-\\xbf]' +
    '|\\xed[\\xa0-\\xaf][\\x1a?\\x80-\\xbf]\\xed[\\xb0-\\xbf][\\x1a?]' +
    '|[\\xe0-\\xef][\\x1a?][\\x1a\\x80-\\xbf]|[\\xe0-\\xef][\\x1a\\x80-\\xbf][\\x1a?]' +
    '|[\\xf0-\\xf4][\\x1a?][\\x1a\\x80-\\xbf][\\x1a\\x80-\\xbf]' +
    '|[\\xf0-\\xf4][\\x1a\\x80-\\xbf][\\x1a?][\\x1a\\x80-\\xbf]' +
    '|[\\xf0-\\xf4][\\x1a\\x80-\\xbf][\\x1a\\x80-\\xbf][\\x1a?]|\\x1a',
  'g',
)
const REPLACEMENT = '\xef\xbf\xbd'

const lead = (from: number, to: number) => `[${charactersOf(from, to)}]`

/** What looks like UTF-8 in a Latin-1-like encoding, not behind what looks like its middle (UTF8_DETECTOR_RE). */
const detector = once(() => {
  const inside = `[${charactersOf(0x80, 0xbf)} ]`
  // Dashes, quotes, bullet and ellipsis also stand for themselves beside mojibake.
  const notBehind = charactersOf(0x80, 0xbf, '–—―‘’‚“”„•…')
  const four = `[${charactersOf(0xf0, 0xf0)}${charactersOf(0xf3, 0xf3)}]`
  return new RegExp(
    `(?<![${notBehind}])(?:${lead(0xc2, 0xdf)}${inside}|${lead(0xe0, 0xef)}${inside}{2}|${four}${inside}{3})+`,
    'gu',
  )
})

/** Repair text whose UTF-8 was read as a single-byte encoding, as often as that happened (ftfy 6.3, fix_encoding). */
export function fixEncoding(text: string): string {
  for (let before = text; ; ) {
    const after = fixOnce(before)
    if (after === before) return after
    before = after
  }
}

function fixOnce(text: string): string {
  if (!/[^\p{ASCII}]/u.test(text) || !isBad(text)) return text
  for (const charmap of charmaps()) {
    const decoded = decodedThrough(text, charmap)
    if (decoded !== null) return decoded
  }
  const inPlace = text.replaceAll(detector(), (part) =>
    part.length < text.length && isBad(part) ? fixEncoding(part) : part,
  )
  if (inPlace !== text) return inPlace
  const windows = latin1AsWindows1252(text)
  return windows !== null && windows !== text ? windows : fixC1Controls(text)
}

/** The text's bytes in one encoding, read as UTF-8; null where it has none, or they are no UTF-8. */
function decodedThrough(text: string, charmap: Charmap): string | null {
  const encoded = encodeCharmap(text, charmap)
  if (encoded === null) return null
  // In MacRoman an en dash and a space would match.
  const spaced = charmap.name !== 'macroman' ? restoreByteA0(encoded) : encoded
  const bytes = charmap.sloppy ? spaced.replaceAll(LOSSY, REPLACEMENT) : spaced
  return /[\xc0\xed]/.test(bytes) ? decodeUtf8Variants(bytes) : decodeUtf8(bytes)
}

function restoreByteA0(bytes: string): string {
  ALTERED.lastIndex = 0
  if (!ALTERED.test(bytes)) return bytes
  return bytes.replaceAll(A_GRAVE_WORD, '\xc3\xa0 ').replaceAll(ALTERED, (part) => part.replaceAll(' ', '\xa0'))
}

/** Latin-1 text read as the Windows-1252 that it was meant to be; null where it can't be either. */
function latin1AsWindows1252(text: string): string | null {
  if (encodeCharmap(text, latin1()) === null || /[\x81\x8d\x8f\x90\x9d]/.test(text)) return null
  return text.replaceAll(/[\x80-\x9f]/g, windows1252)
}

/** C1 control characters become the Windows-1252 characters of the same byte, as browsers do (fix_c1_controls). */
export const fixC1Controls = (text: string): string => text.replaceAll(/[\x80-\x9f]/g, windows1252)

const windows1252 = (control: string) => WINDOWS_1252_HIGH[control.charCodeAt(0) - 0x80]!
