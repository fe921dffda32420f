import { once } from './once.ts'

const segmenter = once(() => new Intl.Segmenter('en', { granularity: 'grapheme' }))
/** The segmenter takes longer for each grapheme the longer its text is, so it gets a text in parts of this length. */
const PART = 512

/** Replace each grapheme (extended grapheme cluster) of a text. In plain ASCII only CR LF is one of two characters. */
export function replaceGraphemes(text: string, replace: (grapheme: string) => string): string {
  const parts: string[] = []
  for (let at = 0; at < text.length; ) {
    const window = nextNonAscii(text, at)
    parts.push(text.slice(at, window.start).replaceAll(/\r\n|[\s\S]/g, replace))
    for (const grapheme of graphemes(text.slice(window.start, window.end))) parts.push(replace(grapheme))
    at = window.end
  }
  return parts.join('')
}

/** The graphemes of a text. What ends a part may go on in the next, so that one begins with it again. */
function* graphemes(text: string): Generator<string> {
  for (let at = 0, length = PART; at < text.length; ) {
    const end = isHighSurrogate(text.charCodeAt(at + length - 1)) ? at + length + 1 : at + length
    const found = Array.from(segmenter().segment(text.slice(at, end)), ({ segment }) => segment)
    const whole = end >= text.length ? found : found.slice(0, -1)
    yield* whole
    at += whole.reduce((sum, grapheme) => sum + grapheme.length, 0)
    // One grapheme longer than the part: take more at once.
    length = whole.length === 0 ? length * 2 : PART
  }
}

/** Whether the UTF-16 unit is the first half of a character. A half alone would look like a grapheme of its own. */
const isHighSurrogate = (unit: number) => unit >= 0xd800 && unit < 0xdc00

/**
 * The next stretch of text, from `from` on, that plain ASCII rules can't handle: non-ASCII characters with the ASCII
 * character before and behind them, which may join them (controls don't). Empty, at the text's end, when there is none.
 */
function nextNonAscii(text: string, from: number): { readonly start: number; readonly end: number } {
  let at = from
  while (at < text.length && text.charCodeAt(at) < 0x80) at++
  const start = at > from && at < text.length && text.charCodeAt(at - 1) >= 0x20 ? at - 1 : at
  while (at < text.length && (text.charCodeAt(at) >= 0x80 || joins(text, at))) at++
  return { start, end: at }
}

/** Whether the ASCII character at `at` may be one grapheme with the non-ASCII character before or behind it. */
const joins = (text: string, at: number) =>
  text.charCodeAt(at) >= 0x20 && (text.charCodeAt(at - 1) >= 0x80 || text.charCodeAt(at + 1) >= 0x80)
