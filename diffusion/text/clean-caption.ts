import { removeLinks } from './caption-links.ts'
import { fixText } from './fix-text/fix-text.ts'
import { unescapeHtml, unquotePlus } from './python-html.ts'
import { BOUNDARY, DIGIT, SPACE, strip, WORD } from './python-strings.ts'
import { replaceRuns, runEnd } from './runs.ts'
import { soupText } from './soup-text.ts'

/**
 * A prompt as EasyAnimate V1 hands it to the tokenizer (EasyAnimatePipeline._text_preprocessing): cleaned twice, or
 * only in lower case and without white space around it.
 */
export function preprocessPrompt(text: string, { clean }: { readonly clean: boolean }): string {
  return clean ? cleanCaption(cleanCaption(text)) : strip(text.toLowerCase())
}

/**
 * Take out of a caption what says nothing about the picture: links, markup, handles, Chinese characters, file names,
 * numbers of articles … (EasyAnimate V1 pipeline_easyanimate.py, _clean_caption, after PixArt-alpha and DeepFloyd IF).
 * Each step is the reference's regex, or the same thing said so that it takes linear time.
 */
export function cleanCaption(caption: string): string {
  let text = strip(unquotePlus(caption)).toLowerCase()
  text = text.replaceAll('<person>', 'person')
  text = removeLinks(removeLinks(text, 'http'), 'www')
  text = soupText(text)
  text = plainSymbols(text)
  text = withoutNumbers(text)
  text = plainPunctuation(text)
  text = unescapeHtml(unescapeHtml(fixText(text)))
  text = withoutShopTalk(text)
  return trimmedEnds(spaced(text))
}

const s = `[${SPACE}]`
const d = `[${DIGIT}]`
const regex = (source: string) => new RegExp(source, 'gu')
const IN_WORD = regex(`[${WORD}]`)
const NOT_WORD = regex(`[^${WORD}]`)
const A_SPACE = regex(s)
const NOT_SPACE = regex(`[^${SPACE}]`)

/** `@\w+`: each @ with the word behind it. */
function withoutHandles(text: string): string {
  const [before = '', ...parts] = text.split('@')
  return before + parts.map((part) => {
    const name = runEnd(part, 0, NOT_WORD)
    return name === 0 ? `@${part}` : part.slice(name)
  }).join('')
}

/** CJK strokes to CJK unified ideographs; kana and hangul stay. */
const CJK = /[\u31c0-\u9fff]+/g
const DASHES = new RegExp(
  '[-\u058a\u05be\u1400\u1806\u2010-\u2015\u2e17\u2e1a\u2e3a\u2e3b\u2e40' +
    '\u301c\u3030\u30a0\ufe31\ufe32\ufe58\ufe63\uff0d]+',
  'g',
)

const plainSymbols = (text: string): string =>
  withoutHandles(text)
    .replaceAll(CJK, '')
    .replaceAll(DASHES, '-')
    .replaceAll(/[`´«»“”¨]/g, '"')
    .replaceAll(/[‘’]/g, "'")
    .replaceAll(/&quot;?/g, '')
    .replaceAll('&amp', '')

const IP_ADDRESS = regex(`${d}{1,3}\\.${d}{1,3}\\.${d}{1,3}\\.${d}{1,3}`)
const CLOCK_AT_END = regex(`${d}:${d}${d}${s}+$`)
const SHORT_HASH = regex(`#${d}{1,3}(?![${WORD}])`)
const LONG_HASH = regex(`#${d}{5,}(?![${WORD}])`)
const LONG_NUMBER = [/^[0-9]{6,}$/]

function withoutNumbers(text: string): string {
  const shorter = text
    .replaceAll(IP_ADDRESS, ' ')
    .replaceAll(CLOCK_AT_END, '')
    .replaceAll('\\n', ' ')
    .replaceAll(SHORT_HASH, '')
    .replaceAll(LONG_HASH, '')
  return withoutFileNames(replaceWords(shorter, LONG_NUMBER, ''))
}

const FILE_END = /\.(?:png|jpg|jpeg|bmp|webp|eps|pdf|apk|mp4)/g

/** `\S+\.(?:png|…)`: from the start of a stretch without spaces to the last such ending in it. */
const withoutFileNames = (text: string): string =>
  replaceRuns(text, NOT_SPACE, A_SPACE, (stretch) => {
    const last = [...stretch.matchAll(FILE_END)].at(-1)
    return last === undefined || last.index === 0 ? stretch : stretch.slice(last.index + last[0].length)
  })

const LONE_DOT = regex(`(?<!${s})${s}+\\.${s}+`)

function plainPunctuation(text: string): string {
  const plain = text
    .replaceAll(/["']{2,}/g, '"')
    .replaceAll(/\.{2,}/g, ' ')
    .replaceAll(/[#®•©™&@·º½¾¿¡§~)(\][}{|\\/*]+/g, ' ')
    .replaceAll(LONE_DOT, ' ')
  const hyphens = plain.match(/[-_]/g)?.length ?? 0
  return hyphens > 3 ? plain.replaceAll(/[-_]/g, ' ') : plain
}

/** `\bPATTERN\b` where the pattern matches letters and digits only: a whole word or nothing. Patterns carry ^ and $. */
const replaceWords = (text: string, patterns: readonly RegExp[], replacement: string): string =>
  replaceRuns(text, IN_WORD, NOT_WORD, (word) => {
    const shape = shapeOf(word)
    return shape !== null && patterns.some((pattern) => pattern.test(shape)) ? replacement : word
  })

/**
 * A word as the patterns see it: every script's digits are 0, and a run of letters or digits that is longer than any
 * pattern counts is cut to that. Null for a word with anything but ASCII letters and digits in it.
 */
function shapeOf(word: string): string | null {
  const digits = NON_ASCII.test(word) ? word.replaceAll(ANY_DIGIT, '0') : word
  if (/[^a-zA-Z0-9]/.test(digits)) return null
  if (digits.length < 64) return digits
  return digits.replaceAll(/(?<=[a-zA-Z]{4})[a-zA-Z]/g, '').replaceAll(/(?<=[0-9]{16})[0-9]/g, '')
}

const NON_ASCII = /\P{ASCII}/u
const ANY_DIGIT = regex(d)
/** jc6640, jc6640vc, 6640vc231 */
const SERIAL_NUMBERS = [/^[a-zA-Z]{1,3}[0-9]{3,15}$/, /^[a-zA-Z]+[0-9]+[a-zA-Z]+$/, /^[0-9]+[a-zA-Z]+[0-9]+$/]
/** j2d1a2a */
const MIXED = [/^[0-9]*[a-zA-Z]+[0-9]+[a-zA-Z]+[0-9][a-zA-Z0-9]*$/]
const SHIPPING = regex(`(?:worldwide${s}+)?(?:free${s}+)?shipping`)
const DOWNLOAD = regex(`(?:free${s})?download(?:${s}free)?`)
const CLICK = regex(`(?<![${WORD}])click${s}(?:for|on)${s}[${WORD}]+`)
const FILE_KIND = regex(`(?<![${WORD}])(?:png|jpg|jpeg|bmp|webp|eps|pdf|apk|mp4)(?:${s}images?)?`)
const PAGE = regex(`(?<![${WORD}])page${s}+${d}+(?![${WORD}])`)
/** 12x34, 3×4; the second x is Cyrillic. */
const DIMENSIONS = regex(`(?<![${WORD}])${d}+(?:\\.${d}*)?[xх×]${d}+(?:\\.${d}*)?${BOUNDARY}`)

function withoutShopTalk(text: string): string {
  const plain = replaceWords(text, SERIAL_NUMBERS, '')
    .replaceAll(SHIPPING, '')
    .replaceAll(DOWNLOAD, '')
    .replaceAll(CLICK, '')
    .replaceAll(FILE_KIND, '')
    .replaceAll(PAGE, '')
  return replaceWords(plain, MIXED, ' ').replaceAll(DIMENSIONS, '')
}

const COLON = regex(`(?<=[${WORD}])${s}+:${s}+`)
const TIGHT_PUNCTUATION = regex(`([^${DIGIT}][,./])(?=[${WORD}])`)
const SPACES = regex(`${s}+`)

const spaced = (text: string): string =>
  text.replaceAll(COLON, ': ').replaceAll(TIGHT_PUNCTUATION, '$1 ').replaceAll(SPACES, ' ')

const DOT_AND_WORD = new RegExp(`^\\.[^${SPACE}]+$`, 'u')

/** Quotes around all of it, one stray mark at either end, and a text that is one word behind a dot. */
function trimmedEnds(text: string): string {
  const quoted = text.length > 2 && /^["']/.test(text) && /["']$/.test(text)
  const inside = quoted ? text.slice(1, -1) : text
  const trimmed = inside.replace(/^['_,\-:;]/, '').replace(/['_,\-:+]$/, '')
  return strip(DOT_AND_WORD.test(trimmed) ? '' : trimmed)
}
