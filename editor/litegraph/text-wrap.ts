/** Text in a width: broken into lines, or cut with an ellipsis. Chinese and Japanese break between any two signs. */

/** The width of a text. */
export type WidthOf = (text: string) => number

const WORDS = /\s+|[⺀-鿿豈-﫿＀-￯]|[^\s⺀-鿿豈-﫿＀-￯]+/gu
const ELLIPSIS = '…'

/** The lines of a text at most `width` wide; the last of `limit` ends with an ellipsis where there is more. */
export function wrapText(text: string, width: number, widthOf: WidthOf, limit = Infinity): string[] {
  const lines: string[] = []
  for (const paragraph of text.split('\n')) {
    for (const line of wrapParagraph(paragraph, width, widthOf, limit - lines.length + 1)) lines.push(line)
    if (lines.length > limit) break
  }
  if (lines.length <= limit) return lines
  const kept = lines.slice(0, limit)
  if (limit > 0) kept[limit - 1] = clipText(`${kept[limit - 1]}${ELLIPSIS}`, width, widthOf)
  return kept
}

function wrapParagraph(paragraph: string, width: number, widthOf: WidthOf, limit: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of paragraph.match(WORDS) ?? []) {
    if (lines.length >= limit) return lines
    if (widthOf(line + word.trimEnd()) <= width) line += word
    else {
      if (line.trim() !== '') lines.push(line.trimEnd())
      const pieces = breakWord(word.trim(), width, widthOf)
      lines.push(...pieces.slice(0, -1))
      line = pieces.at(-1) ?? ''
    }
  }
  return [...lines, line.trimEnd()]
}

/** A word that is wider than a line, in pieces that are not. */
function breakWord(word: string, width: number, widthOf: WidthOf): string[] {
  const pieces: string[] = []
  let rest = word
  while (rest !== '' && widthOf(rest) > width) {
    const length = Math.max(1, fitting(rest, width, widthOf))
    pieces.push(rest.slice(0, length))
    rest = rest.slice(length)
  }
  return rest === '' ? pieces : [...pieces, rest]
}

/** The text, or as much of its beginning as has room before an ellipsis. */
export function clipText(text: string, width: number, widthOf: WidthOf): string {
  if (widthOf(text) <= width) return text
  const bare = text.endsWith(ELLIPSIS) ? text.slice(0, -1) : text
  const length = fitting(bare, width - widthOf(ELLIPSIS), widthOf)
  return length > 0 ? bare.slice(0, length).trimEnd() + ELLIPSIS : ELLIPSIS
}

/** How many of the first characters have room. Never half of a surrogate pair. */
function fitting(text: string, width: number, widthOf: WidthOf): number {
  let low = 0
  let high = text.length
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if (widthOf(text.slice(0, middle)) <= width) low = middle
    else high = middle - 1
  }
  const last = text.charCodeAt(low - 1)
  return low > 0 && low < text.length && last >= 0xd800 && last <= 0xdbff ? low - 1 : low
}
