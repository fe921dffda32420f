import { namedCharacter, unescapeHtml } from '../python-html.ts'
import { DIGIT } from '../python-strings.ts'
import { fixC1Controls, fixEncoding } from './mojibake.ts'

/** Nothing here to fix: ASCII without controls and without &. */
const PLAIN = /^[\t\n\f\x20-\x25\x27-\x7e]*$/
/** Longest stretch, in code points, that is repaired as one. */
const LONGEST_SEGMENT = 1_000_000

/**
 * `ftfy.fix_text(text)` of ftfy 6.3.1 (Robyn Speer, Apache-2.0) with its default settings: mojibake repaired, HTML
 * entities decoded unless a < says that it is HTML, terminal escapes and control characters removed, Latin ligatures,
 * full-width letters, curly quotes and line breaks made plain, NFC. Lines are repaired one by one.
 */
export function fixText(text: string): string {
  if (PLAIN.test(text)) return text
  let entities = true
  const fixed: string[] = []
  for (let at = 0; at < text.length; ) {
    const lineEnd = text.indexOf('\n', at) + 1 || text.length
    const end = segmentEnd(text, at, lineEnd)
    const segment = text.slice(at, end)
    // Once a line has a <, entities stay in all that follow too.
    if (segment.includes('<')) entities = false
    fixed.push(PLAIN.test(segment) ? segment : fixSegment(segment, entities))
    at = end
  }
  return fixed.join('')
}

/** The end of the segment that begins at `start`: the line's end, or LONGEST_SEGMENT code points on. */
function segmentEnd(text: string, start: number, lineEnd: number): number {
  if (lineEnd - start <= LONGEST_SEGMENT) return lineEnd
  let at = start
  for (let points = 0; points < LONGEST_SEGMENT && at < lineEnd; points++) at += text.codePointAt(at)! > 0xffff ? 2 : 1
  return at
}

/** Repair until nothing changes. */
function fixSegment(segment: string, entities: boolean): string {
  for (let before = segment; ; ) {
    const after = fixOnce(before, entities)
    if (after === before) return after
    before = after
  }
}

function fixOnce(text: string, entities: boolean): string {
  let fixed = entities ? unescapeEntities(text) : text
  fixed = fixC1Controls(fixEncoding(fixed))
  fixed = fixed.replaceAll(LIGATURES, (ligature) => LIGATURE_LETTERS[ligature]!)
  fixed = fixed.replaceAll(/[\u3000\uff01-\uffef]/g, (wide) => (wide === '\u3000' ? ' ' : wide.normalize('NFKC')))
  fixed = fixed.replaceAll(/[\u201c-\u201f]/g, '"').replaceAll(/[\u02bc\u2018-\u201b]/g, "'")
  fixed = fixed.replaceAll(/\r\n|[\r\u2028\u2029\x85]/g, '\n')
  fixed = fixed.replaceAll(/\p{Surrogate}/gu, '\ufffd')
  fixed = fixed.replaceAll(TERMINAL_ESCAPE, '').replaceAll(CONTROLS, '')
  return fixed.normalize('NFC')
}

/** Colours and the like, as terminals take them. */
const TERMINAL_ESCAPE = new RegExp(`\\x1b\\[[${DIGIT};]*[a-zA-Z]`, 'gu')
/** Controls without effect on text, the byte order mark, and annotation marks. */
// oxlint-disable-next-line no-control-regex -- control characters are what is removed
const CONTROLS = /[\x00-\x08\x0b\x0e-\x1f\x7f\u206a-\u206f\ufeff\ufff9-\ufffc]/g

const LIGATURE_LETTERS: Readonly<Record<string, string>> = {
  Ĳ: 'IJ', ĳ: 'ij', ŉ: 'ʼn', Ǆ: 'DŽ', ǅ: 'Dž', ǆ: 'dž', Ǉ: 'LJ', ǈ: 'Lj', ǉ: 'lj', Ǌ: 'NJ', ǋ: 'Nj', ǌ: 'nj',
  Ǳ: 'DZ', ǲ: 'Dz', ǳ: 'dz', ﬀ: 'ff', ﬁ: 'fi', ﬂ: 'fl', ﬃ: 'ffi', ﬄ: 'ffl', ﬅ: 'ſt', ﬆ: 'st',
}
const LIGATURES = new RegExp(`[${Object.keys(LIGATURE_LETTERS).join('')}]`, 'g')

/** Entities that end in a semicolon, and numeric ones; also lower-case names written in capitals: &EACUTE; is É. */
const unescapeEntities = (text: string): string =>
  text.replaceAll(/&#?[0-9A-Za-z]{1,24};/g, (entity) =>
    entity.startsWith('&#') ? numericEntity(entity) : namedEntity(entity),
  )

function numericEntity(entity: string): string {
  const character = unescapeHtml(entity)
  return character.includes(';') ? entity : character
}

function namedEntity(entity: string): string {
  const name = entity.slice(1, -1)
  const character = namedCharacter(name)
  if (character !== undefined) return character
  const lower = name === name.toUpperCase() ? namedCharacter(name.toLowerCase()) : undefined
  return lower !== undefined && unescapeHtml(entity) === entity ? lower.toUpperCase() : entity
}
