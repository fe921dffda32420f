/** Bytes here are "binary" strings: one character from 0 to 255 for each byte. */

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** UTF-8 decoded; null where the bytes are no UTF-8. */
export function decodeUtf8(bytes: string): string | null {
  try {
    return strict.decode(Buffer.from(bytes, 'latin1'))
  } catch {
    return null
  }
}

/**
 * Like UTF-8, but a pair of surrogates may be encoded as two characters (CESU-8), and U+0000 as C0 80 (Java);
 * null where the bytes are neither (ftfy/bad_codecs/utf8_variants.py).
 */
export function decodeUtf8Variants(bytes: string): string | null {
  const parts: string[] = []
  let plain = 0
  const flush = (end: number): boolean => {
    const part = decodeUtf8(bytes.slice(plain, end))
    if (part !== null) parts.push(part)
    return part !== null
  }
  for (const match of bytes.matchAll(SPECIAL)) {
    const character = specialCharacter(match[0])
    // A lone surrogate makes strict UTF-8 fail.
    if (character === null) return null
    if (!flush(match.index)) return null
    parts.push(character)
    plain = match.index + match[0].length
  }
  return flush(bytes.length) ? parts.join('') : null
}

/**
 * C0 80; a surrogate pair; a lone surrogate. Python's `$` also matches before a last line break, which makes two odd
 * cases of the original: there C0 stands for U+0000 together with the line break, and a pair may lack its last byte.
 */
const SPECIAL =
  /\xc0(?:\x80|\n$)|\xed[\xa0-\xaf][\x80-\xbf]\xed[\xb0-\xbf](?:[\x80-\xbf]|\n$)|\xed[\xa0-\xbf][\x80-\xbf]/g

function specialCharacter(bytes: string): string | null {
  if (bytes.length === 2) return '\0'
  if (bytes.length === 3) return null
  const bits = (at: number, mask: number) => bytes.charCodeAt(at) & mask
  const high = (bits(1, 0x0f) << 16) + (bits(2, 0x3f) << 10)
  return String.fromCodePoint(0x10000 + high + (bits(4, 0x0f) << 6) + bits(5, 0x3f))
}
