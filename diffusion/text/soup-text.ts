import { parseHtml, type HtmlHandler } from './html-events.ts'
import { namedCharacter, WINDOWS_1252_HIGH } from './python-html.ts'

/** Elements that Beautiful Soup closes at once (HTMLTreeBuilder.DEFAULT_EMPTY_ELEMENT_TAGS). */
const EMPTY = new Set(
  ('area base br col embed hr img input keygen link menuitem meta param source track wbr ' +
    'basefont bgsound command frame image isindex nextid spacer').split(' '),
)
/** Elements whose text is none of the page's text (DEFAULT_STRING_CONTAINERS). */
const ASIDE = new Set(['rt', 'rp', 'style', 'script', 'template'])
/** Elements in which white space counts. */
const PREFORMATTED = new Set(['pre', 'textarea'])

/** `BeautifulSoup(html, 'html.parser').text` (Beautiful Soup 4.15, CPython 3.11): a page's text without its markup. */
export function soupText(html: string): string {
  const soup = new Soup()
  parseHtml(html, soup)
  return soup.text()
}

/** Builds the text as Beautiful Soup builds its tree: only which elements are open matters. */
class Soup implements HtmlHandler {
  #text = ''
  readonly #open: string[] = []
  readonly #openCount = new Map<string, number>()
  /** End tags to ignore: their empty elements are closed already. */
  readonly #closed = new Map<string, number>()
  #aside = 0
  #preformatted = 0
  /** The run of data so far; null when none has begun. */
  #run: string | null = null

  text(): string {
    this.#endRun()
    return this.#text
  }

  data(text: string): void {
    this.#run = (this.#run ?? '') + text
  }

  hidden(): void {
    this.#endRun()
  }

  cdata(text: string): void {
    this.#endRun()
    this.#text += this.#shown(text)
  }

  startTag(name: string, selfClosing: boolean): void {
    this.#endRun()
    this.#push(name)
    if (!selfClosing && !EMPTY.has(name)) return
    this.#close(name)
    if (!selfClosing) count(this.#closed, name, 1)
  }

  endTag(name: string): void {
    if ((this.#closed.get(name) ?? 0) > 0) count(this.#closed, name, -1)
    else this.#close(name)
  }

  namedReference(name: string): void {
    this.data(namedCharacter(name) ?? `&${name}`)
  }

  numericReference(name: string): void {
    const hex = /^[xX]/.test(name)
    const code = Number.parseInt(hex ? name.slice(1) : name, hex ? 16 : 10)
    const valid = code !== 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff)
    if (!valid) this.data('\ufffd')
    else this.data(code >= 0x80 && code <= 0x9f ? WINDOWS_1252_HIGH[code - 0x80]! : String.fromCodePoint(code))
  }

  #endRun(): void {
    if (this.#run !== null && this.#aside === 0) this.#text += this.#shown(this.#run)
    this.#run = null
  }

  /** A run of nothing but ASCII white space is one line break or one space, outside preformatted text. */
  #shown(run: string): string {
    if (this.#preformatted > 0 || /[^ \n\t\f\r]/.test(run)) return run
    return run.includes('\n') ? '\n' : ' '
  }

  #close(name: string): void {
    this.#endRun()
    if ((this.#openCount.get(name) ?? 0) === 0) return
    while (this.#pop() !== name);
  }

  #push(name: string): void {
    this.#open.push(name)
    count(this.#openCount, name, 1)
    if (ASIDE.has(name)) this.#aside++
    if (PREFORMATTED.has(name)) this.#preformatted++
  }

  #pop(): string | undefined {
    const name = this.#open.pop()
    if (name === undefined) return undefined
    count(this.#openCount, name, -1)
    if (ASIDE.has(name)) this.#aside--
    if (PREFORMATTED.has(name)) this.#preformatted--
    return name
  }
}

const count = (counts: Map<string, number>, name: string, change: number) =>
  counts.set(name, (counts.get(name) ?? 0) + change)
