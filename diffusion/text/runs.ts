/**
 * Runs of characters of one class, found by looking for the next character that is, or is not, of the class. A regex
 * `[class]+` keeps a place to return to for every character, and fails on runs of several million.
 */

/** The end of the run that begins at `from`: the next character that `other` (one character, flags gu) matches. */
export function runEnd(text: string, from: number, other: RegExp): number {
  other.lastIndex = from
  return other.exec(text)?.index ?? text.length
}

/** Replace each maximal run of characters that `member` matches; `other` matches all characters that it does not. */
export function replaceRuns(text: string, member: RegExp, other: RegExp, replace: (run: string) => string): string {
  const parts: string[] = []
  for (let at = 0; at < text.length; ) {
    const start = runEnd(text, at, member)
    const end = start < text.length ? runEnd(text, start, other) : start
    parts.push(text.slice(at, start))
    if (start < end) parts.push(replace(text.slice(start, end)))
    at = end
  }
  return parts.join('')
}
