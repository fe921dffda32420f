import type { HtmlSource } from './html-source.ts'
import { isSpace } from './python-strings.ts'

/** What stands at a `<` that a letter follows. */
export type StartTag =
  | { readonly kind: 'tag'; readonly name: string; readonly selfClosing: boolean; readonly end: number }
  /** No tag after all: the text up to `end` is data. */
  | { readonly kind: 'data'; readonly end: number }
  /** The text ends inside the tag. */
  | { readonly kind: 'unfinished' }

const NAME_ENDS = new Set('\t\n\r\f />\0')

/**
 * Reads start tags as CPython 3.11's html.parser does (check_for_whole_start_tag, parse_starttag, and the regexes
 * locatestarttagend_tolerant and attrfind_tolerant), but walks where the regexes backtrack. Positions from which a tag
 * was found to be unfinished are remembered, so that a text full of `<a b=<a b=` takes linear time.
 */
export class StartTagReader {
  readonly #source: HtmlSource
  readonly #text: string
  #name = { start: 0, end: 0 }
  #unfinished: Uint8Array | null = null

  constructor(source: HtmlSource) {
    this.#source = source
    this.#text = source.text
  }

  /** @param start position of a `<` with an ASCII letter behind it. */
  read(start: number): StartTag {
    const text = this.#text
    const nameEnd = this.nameEnd(start + 1)
    const end = this.#attributesEnd(this.#skip(nameEnd, true))
    if (end === null || end === text.length) return this.#remember(nameEnd)
    const next = text[end]!
    if (next === '/' ? text[end + 1] !== '>' : /[a-zA-Z=]/.test(next)) return this.#remember(nameEnd)
    if (next !== '>' && next !== '/') return { kind: 'data', end }
    // Where there are no attributes, the slash before the > was skipped above.
    const selfClosing = next === '/' || text[this.#skip(nameEnd, false)] === '/'
    const name = text.slice(start + 1, nameEnd).toLowerCase()
    return { kind: 'tag', name, selfClosing, end: next === '/' ? end + 2 : end + 1 }
  }

  /** Where the tag name that begins at `start` ends. */
  nameEnd(start: number): number {
    if (start >= this.#name.start && start < this.#name.end) return this.#name.end
    let end = start
    while (end < this.#text.length && !NAME_ENDS.has(this.#text[end]!)) end++
    this.#name = { start, end }
    return end
  }

  /** Past what separates the name that ends at `nameEnd` from what follows. */
  pastName(nameEnd: number): number {
    return this.#skip(nameEnd, false)
  }

  /** Past white space and slashes; a slash right before > stops it unless `everySlash`. */
  #skip(from: number, everySlash: boolean): number {
    const text = this.#text
    let at = from
    for (; at < text.length; at++) {
      const slash = text[at] === '/' && (everySlash || text[at + 1] !== '>')
      if (!slash && !isSpace(text.charCodeAt(at))) break
    }
    return at
  }

  /** Where the attributes that begin at `from` end, or null where they are known to lead nowhere. */
  #attributesEnd(from: number): number | null {
    let at = from
    for (let next = this.#attributeEnd(at); next !== null; next = this.#attributeEnd(at)) {
      if (this.#unfinished?.[at] === 1) return null
      at = next
    }
    return at
  }

  /** Past one attribute and what separates it from the next; null where none begins. */
  #attributeEnd(at: number): number | null {
    const text = this.#text
    const mayBegin = at < text.length && (`'"/`.includes(text[at - 1]!) || isSpace(text.charCodeAt(at - 1)))
    if (!mayBegin || text[at] === '>' || text[at] === '/' || isSpace(text.charCodeAt(at))) return null
    let end = at + 1
    while (end < text.length && !'/=>'.includes(text[end]!) && !isSpace(text.charCodeAt(end))) end++
    return this.#skip(this.#valueEnd(end), false)
  }

  /** Past `= value` behind an attribute's name, or `nameEnd` where there is none. */
  #valueEnd(nameEnd: number): number {
    const text = this.#text
    const equals = this.#skipSpaces(nameEnd)
    if (text[equals] !== '=') return nameEnd
    let behind = equals + 1
    while (text[behind] === '=') behind++
    const value = this.#skipSpaces(behind)
    const quote = text[value]
    if (quote !== "'" && quote !== '"') return this.#bareValueEnd(value)
    const close = this.#source.find(quote, value + 1)
    if (close !== null) return close.end
    // An open quote is no value: then the value is empty, or one of several = belongs to it, or there is none.
    if (value > behind) return value
    return behind - equals > 1 ? this.#bareValueEnd(behind - 1) : nameEnd
  }

  #bareValueEnd(from: number): number {
    let at = from
    while (at < this.#text.length && this.#text[at] !== '>' && !isSpace(this.#text.charCodeAt(at))) at++
    return at
  }

  #skipSpaces(from: number): number {
    let at = from
    while (at < this.#text.length && isSpace(this.#text.charCodeAt(at))) at++
    return at
  }

  /** Mark every attribute start of the tag whose name ends at `nameEnd`: none of them leads to a tag's end. */
  #remember(nameEnd: number): StartTag {
    this.#unfinished ??= new Uint8Array(this.#text.length + 1)
    let at: number | null = this.#skip(nameEnd, true)
    while (at !== null && this.#unfinished[at] !== 1) {
      this.#unfinished[at] = 1
      at = this.#attributeEnd(at)
    }
    return { kind: 'unfinished' }
  }
}
