import { replaceGraphemes } from './graphemes.ts'
import { PrecompiledCharsmap } from './precompiled-charsmap.ts'
import { objectOf, wrong } from './t5-settings.ts'

/** One step of a text's preparation. */
export type TextStep = (text: string) => string

type Json = Readonly<Record<string, unknown>>

/**
 * The `normalizer` of a tokenizer.json as one function (huggingface/tokenizers, tokenizers/src/normalizers).
 * @throws DiffusionError on a kind that T5 tokenizers don't use, or a damaged one.
 */
export function normalizerOf(value: unknown, file: string): TextStep {
  if (value === null || value === undefined) return (text) => text
  const field = `${file}, normalizer`
  const spec = objectOf(value, field)
  const kind = String(spec['type'])
  const make = Object.hasOwn(KINDS, kind) ? KINDS[kind] : undefined
  if (make === undefined) throw wrong(field, `one of ${Object.keys(KINDS).join(', ')}`, kind)
  return make(spec, file)
}

const KINDS: Readonly<Record<string, (spec: Json, file: string) => TextStep>> = {
  Sequence: ({ normalizers }, file) => {
    if (!Array.isArray(normalizers)) throw wrong(`${file}, normalizers`, 'a list', normalizers)
    const steps = normalizers.map((step: unknown) => normalizerOf(step, file))
    return (text) => steps.reduce((sofar, step) => step(sofar), text)
  },
  Precompiled: ({ precompiled_charsmap: blob }, file) => {
    if (typeof blob !== 'string') throw wrong(`${file}, precompiled_charsmap`, 'base64 text', blob)
    return blob === '' ? (text) => text : precompiled(new PrecompiledCharsmap(Buffer.from(blob, 'base64'), file))
  },
  Replace: ({ pattern, content }, file) => replacement(pattern, content, file),
  Strip: ({ strip_left: left, strip_right: right }) => (text) => {
    const behind = left === true ? text.slice(whiteSpaceAfter(text, 0)) : text
    return right === true ? behind.slice(0, whiteSpaceBefore(behind, behind.length)) : behind
  },
  Prepend: ({ prepend }) => (text) => (text === '' ? '' : String(prepend) + text),
  Lowercase: () => (text) => text.replaceAll(/\P{ASCII}|[A-Z]+/gu, (part) => part.toLowerCase()),
  NFC: () => (text) => text.normalize('NFC'),
  NFD: () => (text) => text.normalize('NFD'),
  NFKC: () => (text) => text.normalize('NFKC'),
  NFKD: () => (text) => text.normalize('NFKD'),
}

function replacement(pattern: unknown, content: unknown, file: string): TextStep {
  const { String: literal, Regex: regex } = objectOf(pattern, `${file}, pattern`)
  if (typeof content !== 'string') throw wrong(`${file}, content`, 'text', content)
  if (typeof literal === 'string') return (text) => text.replaceAll(literal, () => content)
  if (typeof regex !== 'string') throw wrong(`${file}, pattern`, 'a String or a Regex', pattern)
  try {
    const compiled = new RegExp(regex, 'gu')
    return (text) => text.replaceAll(compiled, () => content)
  } catch {
    throw wrong(`${file}, pattern`, 'a regular expression that JavaScript understands', regex)
  }
}

/** Where the white space (Unicode's White_Space, as in Rust) that ends at `end` begins. */
export function whiteSpaceBefore(text: string, end: number): number {
  let at = end
  while (at > 0 && isWhiteSpace(text.charCodeAt(at - 1))) at--
  return at
}

/** Where the white space that begins at `start` ends. */
export function whiteSpaceAfter(text: string, start: number): number {
  let at = start
  while (at < text.length && isWhiteSpace(text.charCodeAt(at))) at++
  return at
}

const isWhiteSpace = (unit: number): boolean =>
  unit < 0x80 ? unit === 0x20 || (unit >= 9 && unit <= 13) : /\p{White_Space}/u.test(String.fromCharCode(unit))

const utf8 = new TextEncoder()
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
/** Graphemes of this many bytes and more are replaced character by character. */
const LONG_GRAPHEME = 6
const MOST_REMEMBERED = 20_000

/**
 * The charsmap as Rust's spm_precompiled applies it: by grapheme where it is short and has a rule, else by character,
 * with the shortest rule that fits, which stands for the whole grapheme. SentencePiece itself takes the longest rule.
 */
function precompiled(charsmap: PrecompiledCharsmap): TextStep {
  const transform = (part: string): string | null => {
    const bytes = utf8.encode(part)
    const end = bytes.indexOf(0)
    const match = charsmap.match(bytes, 0, end < 0 ? bytes.length : end, 'first')
    return match === null ? null : decoder.decode(match.replacement)
  }
  const byGrapheme = (grapheme: string): string => {
    const whole = utf8.encode(grapheme).length < LONG_GRAPHEME ? transform(grapheme) : null
    return whole ?? Array.from(grapheme, (character) => transform(character) ?? character).join('')
  }
  const known = new Map<string, string>()
  const remembered = (grapheme: string): string => {
    const before = known.get(grapheme)
    if (before !== undefined) return before
    const result = byGrapheme(grapheme)
    if (known.size < MOST_REMEMBERED) known.set(grapheme, result)
    return result
  }
  return (text) => replaceGraphemes(text, remembered)
}
