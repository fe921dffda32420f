import { HtmlSource } from './html-source.ts'
import { StartTagReader } from './html-start-tag.ts'
import { isAsciiLetter, SPACE, strip } from './python-strings.ts'

/** What a page is made of, in order. Comments, declarations and instructions are one event: they end a run of data. */
export interface HtmlHandler {
  data(text: string): void
  startTag(name: string, selfClosing: boolean): void
  endTag(name: string): void
  /** `&#NAME;` with the digits as written. */
  numericReference(name: string): void
  /** `&NAME;` */
  namedReference(name: string): void
  hidden(): void
  /** The text of a CDATA section. */
  cdata(text: string): void
}

const INTERESTING = /[&<]/g
const NUMERIC = /&#([0-9]+|[xX][0-9a-fA-F]+)[^0-9a-fA-F]/y
const NAMED = /&([a-zA-Z][-.a-zA-Z0-9]*)[^a-zA-Z0-9]/y
const END_TAG = new RegExp(`</[${SPACE}]*([a-zA-Z][-.a-zA-Z0-9:_]*)[${SPACE}]*>`, 'y')
const SECTION_NAME = new RegExp(`[a-zA-Z][-_.a-zA-Z0-9]*[${SPACE}]*`, 'y')
const COMMENT_END = new RegExp(`--[${SPACE}]*>`, 'g')
const SECTION_END = new RegExp(`\\][${SPACE}]*\\][${SPACE}]*>`, 'g')
const MS_SECTION_END = new RegExp(`\\][${SPACE}]*>`, 'g')
const SLASH = 0x2f
const QUESTION_MARK = 0x3f
const EXCLAMATION_MARK = 0x21

/** The text ends inside the construct. */
const UNFINISHED = -1

/**
 * Parse HTML as CPython 3.11's html.parser does with convert_charrefs off: one `feed` of the whole text, then `close`.
 * Its quirks are kept, among them: a numeric reference that can't be read ends the first pass, and in the second pass
 * all parsing. Time is linear in the text.
 */
export function parseHtml(text: string, handler: HtmlHandler): void {
  const parser = new HtmlParser(text, handler)
  parser.run(false)
  parser.run(true)
}

class HtmlParser {
  readonly #source: HtmlSource
  readonly #text: string
  readonly #handler: HtmlHandler
  readonly #tags: StartTagReader
  #at = 0
  /** Inside script or style: its name, and what ends it. */
  #raw: { readonly name: string; readonly end: RegExp } | null = null

  constructor(text: string, handler: HtmlHandler) {
    this.#source = new HtmlSource(text)
    this.#text = text
    this.#handler = handler
    this.#tags = new StartTagReader(this.#source)
  }

  /** One pass from where the last one stopped; the `last` one turns what is unfinished into data. */
  run(last: boolean): void {
    const text = this.#text
    while (this.#at < text.length) {
      const next = this.#source.find(this.#raw?.end ?? INTERESTING, this.#at)
      if (next === null && this.#raw !== null) break
      this.#dataUntil(next?.start ?? text.length)
      if (this.#at === text.length) break
      const goesOn = text[this.#at] === '<' ? this.#markup(last) : this.#reference(last)
      if (!goesOn) break
    }
    if (last && this.#raw === null) this.#dataUntil(text.length)
  }

  #dataUntil(end: number): void {
    if (this.#at < end) this.#handler.data(this.#text.slice(this.#at, end))
    this.#at = end
  }

  /** What a `<` begins; false where this pass ends. */
  #markup(last: boolean): boolean {
    const start = this.#at
    const end = this.#construct(start)
    if (end === null) {
      if (start + 1 >= this.#text.length) return false
      this.#dataUntil(start + 1)
    } else if (end !== UNFINISHED) {
      this.#at = end
    } else if (last) {
      this.#dataUntil(this.#source.find('>', start + 1)?.end ?? this.#source.find('<', start + 1)?.start ?? start + 1)
    } else {
      return false
    }
    return true
  }

  /** Reads the construct at `start` and returns its end, UNFINISHED, or null where there is none. */
  #construct(start: number): number | null {
    const next = this.#text.charCodeAt(start + 1)
    if (isAsciiLetter(next)) return this.#startTag(start)
    if (next === SLASH) return this.#endTag(start)
    if (next === QUESTION_MARK) return this.#hidden(this.#source.find('>', start + 2))
    return next === EXCLAMATION_MARK ? this.#declaration(start) : null
  }

  #declaration(start: number): number {
    const text = this.#text
    if (text.startsWith('<!--', start)) return this.#hidden(this.#source.find(COMMENT_END, start + 4))
    if (text.startsWith('<![', start)) return this.#section(start)
    const doctype = text.slice(start, start + 9).toLowerCase() === '<!doctype'
    return this.#hidden(this.#source.find('>', start + (doctype ? 9 : 2)))
  }

  #startTag(start: number): number {
    const tag = this.#tags.read(start)
    if (tag.kind === 'unfinished') return UNFINISHED
    if (tag.kind === 'data') {
      this.#dataUntil(tag.end)
      return tag.end
    }
    this.#handler.startTag(tag.name, tag.selfClosing)
    if (!tag.selfClosing && (tag.name === 'script' || tag.name === 'style')) {
      this.#raw = { name: tag.name, end: new RegExp(`</[${SPACE}]*${tag.name}[${SPACE}]*>`, 'giu') }
    }
    return tag.end
  }

  #endTag(start: number): number {
    const close = this.#source.find('>', start + 1)
    if (close === null) return UNFINISHED
    END_TAG.lastIndex = start
    const name = END_TAG.exec(this.#text)?.[1]?.toLowerCase()
    if (this.#raw !== null && name !== this.#raw.name) {
      this.#dataUntil(close.end)
      return close.end
    }
    if (name === undefined) return this.#oddEndTag(start, close.end)
    this.#handler.endTag(name)
    this.#raw = null
    return close.end
  }

  /** `</` with something else than a plain name and `>` behind it. */
  #oddEndTag(start: number, closeEnd: number): number {
    if (!isAsciiLetter(this.#text.charCodeAt(start + 2))) {
      if (this.#text[start + 2] !== '>') this.#handler.hidden()
      return closeEnd
    }
    const nameEnd = this.#tags.nameEnd(start + 2)
    this.#handler.endTag(this.#text.slice(start + 2, nameEnd).toLowerCase())
    return this.#source.find('>', this.#tags.pastName(nameEnd))?.end ?? 0
  }

  #hidden(close: { readonly end: number } | null): number {
    if (close === null) return UNFINISHED
    this.#handler.hidden()
    return close.end
  }

  /** `<![CDATA[ … ]]>` and its like. A name that Python's parser raises an error on makes a comment, as in HTML 5. */
  #section(start: number): number {
    SECTION_NAME.lastIndex = start + 3
    const match = SECTION_NAME.exec(this.#text)?.[0]
    if (start + 3 + (match?.length ?? 0) === this.#text.length) return UNFINISHED
    const name = strip(match ?? '').toLowerCase()
    const standard = ['temp', 'cdata', 'ignore', 'include', 'rcdata'].includes(name)
    const office = ['if', 'else', 'endif'].includes(name)
    const close = this.#source.find(standard ? SECTION_END : office ? MS_SECTION_END : '>', start + 3)
    if (close === null) return UNFINISHED
    const inside = this.#text.slice(start + 3, close.start)
    if (/^cdata\[/i.test(inside)) this.#handler.cdata(inside.slice('CDATA['.length))
    else this.#handler.hidden()
    return close.end
  }

  /** What a `&` begins; false where this pass ends. */
  #reference(last: boolean): boolean {
    const text = this.#text
    const start = this.#at
    const numeric = text[start + 1] === '#'
    if (!numeric && !isAsciiLetter(text.charCodeAt(start + 1))) {
      if (start + 1 < text.length) this.#dataUntil(start + 1)
      return start + 1 < text.length
    }
    const pattern = numeric ? NUMERIC : NAMED
    pattern.lastIndex = start
    const match = pattern.exec(text)
    if (match !== null) {
      if (numeric) this.#handler.numericReference(match[1]!)
      else this.#handler.namedReference(match[1]!)
      this.#at = pattern.lastIndex - (text[pattern.lastIndex - 1] === ';' ? 0 : 1)
      return true
    }
    if (numeric && this.#source.find(';', start) !== null) this.#dataUntil(start + 2)
    // Two characters at the very end: html.parser drops the & of what can be no reference.
    if (!numeric && last && start + 2 === text.length) this.#at = start + 1
    return false
  }
}
