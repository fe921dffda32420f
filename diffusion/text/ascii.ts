/**
 * The next stretch of text, from `from` on, that plain ASCII rules can't handle: non-ASCII characters with the ASCII
 * character before and behind them, which may join them in a grapheme. Empty, at the text's end, when there is none.
 */
export function nextNonAscii(text: string, from: number): { readonly start: number; readonly end: number } {
  let at = from
  while (at < text.length && text.charCodeAt(at) < 0x80) at++
  if (at === text.length) return { start: at, end: at }
  const start = Math.max(from, at - 1)
  while (at < text.length && (text.charCodeAt(at) >= 0x80 || text.charCodeAt(at - 1) >= 0x80)) at++
  // The loop ends one past an ASCII character that follows non-ASCII, unless non-ASCII goes on behind it.
  const goesOn = at < text.length && text.charCodeAt(at) >= 0x80
  return { start, end: goesOn ? nextNonAscii(text, at).end : at }
}
