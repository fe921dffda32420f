import { isAsciiLetter, isWord } from './python-strings.ts'

const TOP_LEVEL = /\.(?:com|co|ru|net|org|edu|gov|it)/y
const ANY_TOP_LEVEL = new RegExp(TOP_LEVEL.source)

/**
 * Remove addresses as EasyAnimate's _clean_caption does, in linear time: the regex that it uses,
 *   \b(?:PREFIX:(?:\/{1,3}|[a-zA-Z0-9%])|[a-zA-Z0-9.\-]+[.](?:com|co|ru|net|org|edu|gov|it)[\w/-]*\b\/?(?!@))
 * backtracks quadratically over long runs of host characters.
 * @param prefix `http` (an s may follow) or `www`
 */
export function removeLinks(text: string, prefix: 'http' | 'www'): string {
  if (!text.includes(prefix) && !ANY_TOP_LEVEL.test(text)) return text
  const start = prefix === 'http' ? /https?:(?:\/{1,3}|[a-zA-Z0-9%])/y : /www:(?:\/{1,3}|[a-zA-Z0-9%])/y
  const kept: string[] = []
  let done = 0
  let host: Host = { end: 0, lastDot: -1, linkEnd: -1 }
  for (let at = 0; at < text.length; at++) {
    if (!isHost(text.charCodeAt(at)) || !isBoundary(text, at)) continue
    if (at >= host.end) host = hostAt(text, at)
    start.lastIndex = at
    const end = text[at] === prefix[0] && start.test(text) ? start.lastIndex : at < host.lastDot ? host.linkEnd : -1
    if (end < 0) continue
    kept.push(text.slice(done, at))
    done = end
    at = end - 1
  }
  return kept.join('') + text.slice(done)
}

/** A run of host characters: where it ends, and its last dot that begins the end of a link. */
interface Host {
  readonly end: number
  readonly lastDot: number
  readonly linkEnd: number
}

function hostAt(text: string, start: number): Host {
  let end = start
  while (end < text.length && isHost(text.charCodeAt(end))) end++
  for (let dot = end - 1; dot >= start; dot--) {
    if (text[dot] !== '.') continue
    TOP_LEVEL.lastIndex = dot
    const linkEnd = TOP_LEVEL.test(text) ? linkEndFrom(text, TOP_LEVEL.lastIndex) : -1
    if (linkEnd >= 0) return { end, lastDot: dot, linkEnd }
  }
  return { end, lastDot: -1, linkEnd: -1 }
}

/** Where `[\w/-]*\b\/?(?!@)` ends from `from` on, or -1. */
function linkEndFrom(text: string, from: number): number {
  let end = from
  while (end < text.length && isPath(text, end)) end += text.codePointAt(end)! > 0xffff ? 2 : 1
  for (let at = end; at >= from; at--) {
    if (!isBoundary(text, at) || text[at] === '@') continue
    return text[at] === '/' && text[at + 1] !== '@' ? at + 1 : at
  }
  return -1
}

const isPath = (text: string, at: number) => text[at] === '/' || text[at] === '-' || isWord(text, at)

/** ASCII letters and digits, dot and hyphen. */
const isHost = (unit: number) =>
  isAsciiLetter(unit) || (unit >= 0x30 && unit <= 0x39) || unit === 0x2d || unit === 0x2e

const isBoundary = (text: string, at: number) =>
  (at > 0 && isWord(text, at - 1)) !== (at < text.length && isWord(text, at))
