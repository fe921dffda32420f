/** A text in which things are looked for from left to right, no stretch being searched twice for the same thing. */
export class HtmlSource {
  readonly text: string
  /** For each thing: where the last search began, and what it found. */
  readonly #found = new Map<string | RegExp, { readonly from: number; readonly start: number; readonly end: number }>()

  constructor(text: string) {
    this.text = text
  }

  /** First place of `what` at or behind `from`: [start, end), or null. A regex needs the `g` flag and no lookbehind. */
  find(what: string | RegExp, from: number): { readonly start: number; readonly end: number } | null {
    const known = this.#found.get(what)
    const holds = known !== undefined && known.from <= from && from <= known.start
    const found = holds ? known : { from, ...this.#search(what, from) }
    this.#found.set(what, found)
    return found.start === Infinity ? null : found
  }

  #search(what: string | RegExp, from: number): { start: number; end: number } {
    if (typeof what === 'string') {
      const start = this.text.indexOf(what, from)
      return start < 0 ? NOWHERE : { start, end: start + what.length }
    }
    what.lastIndex = from
    const match = what.exec(this.text)
    return match === null ? NOWHERE : { start: match.index, end: what.lastIndex }
  }
}

const NOWHERE = { start: Infinity, end: Infinity }
