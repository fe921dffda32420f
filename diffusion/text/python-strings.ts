/** Python's view of characters where it differs from JavaScript's: the classes behind `re` and `str.strip`. */

/**
 * The inside of a regex class for Python's `\s` and `str.isspace`: unlike JavaScript's `\s` it has U+001C–U+001F and
 * U+0085, and it lacks U+FEFF.
 */
export const SPACE = '\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000'
/** The inside of a regex class for Python's `\w`, which is Unicode-aware. Use with the `u` flag. */
export const WORD = '\\p{L}\\p{N}_'
/** The inside of a regex class for Python's `\d`. Use with the `u` flag. */
export const DIGIT = '\\p{Nd}'
/** Python's `\b`: JavaScript's knows ASCII only. */
export const BOUNDARY = `(?:(?<=[${WORD}])(?![${WORD}])|(?<![${WORD}])(?=[${WORD}]))`

/** Whether a UTF-16 unit is white space to Python (`str.isspace`). */
export const isSpace = (unit: number): boolean =>
  unit <= 0x20
    ? unit === 0x20 || (unit >= 9 && unit <= 13) || unit >= 0x1c
    : unit === 0x85 || unit === 0xa0 || (unit >= 0x1680 && WIDE_SPACES.has(unit))

const WIDE_SPACES = new Set([
  0x1680, 0x2000, 0x2001, 0x2002, 0x2003, 0x2004, 0x2005, 0x2006, 0x2007, 0x2008, 0x2009, 0x200a, 0x2028, 0x2029,
  0x202f, 0x205f, 0x3000,
])

/** Python's `str.lstrip()`. */
export function lstrip(text: string): string {
  let start = 0
  while (start < text.length && isSpace(text.charCodeAt(start))) start++
  return text.slice(start)
}

/** Python's `str.rstrip()`. */
export function rstrip(text: string): string {
  let end = text.length
  while (end > 0 && isSpace(text.charCodeAt(end - 1))) end--
  return text.slice(0, end)
}

/** Python's `str.strip()`. */
export const strip = (text: string): string => lstrip(rstrip(text))

/** Whether a UTF-16 unit is an ASCII letter. */
export const isAsciiLetter = (unit: number): boolean => (unit | 0x20) >= 0x61 && (unit | 0x20) <= 0x7a

const WORD_CHARACTER = new RegExp(`[${WORD}]`, 'u')

/** Whether the character that the UTF-16 unit at `at` belongs to is one of `\w`. */
export function isWord(text: string, at: number): boolean {
  const unit = text.charCodeAt(at)
  if (unit < 0x80) return isAsciiLetter(unit) || (unit >= 0x30 && unit <= 0x39) || unit === 0x5f
  const start = unit >= 0xdc00 && unit <= 0xdfff ? at - 1 : at
  return WORD_CHARACTER.test(String.fromCodePoint(text.codePointAt(start) ?? unit))
}
