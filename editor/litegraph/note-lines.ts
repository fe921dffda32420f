/** The lines of a note as they are painted: of one in Markdown, what its marks mean, as far as a canvas can show it. */
import type { Font, Measure } from './measure-text.ts'
import { wrapText } from './text-wrap.ts'

export const MARKDOWN_NOTE = 'MarkdownNote'

export interface NoteLine {
  readonly text: string
  readonly font: Font
  /** In graph units. */
  readonly indent: number
}

const INDENT = 14
/** Signs of which no more is painted. */
const LONGEST = 10_000

/** Each written line with its look; they are still to be wrapped. */
export function noteLines(text: string, isMarkdown: boolean): NoteLine[] {
  return text.split('\n').map((line) => (isMarkdown ? markdownLine(line) : { text: line, font: 'label', indent: 0 }))
}

/** The lines wrapped to a width, `limit` at most. */
export function wrapNote(text: string, isMarkdown: boolean, width: number, measure: Measure, limit: number): NoteLine[] {
  const lines: NoteLine[] = []
  for (const { text: line, font, indent } of noteLines(text.slice(0, LONGEST), isMarkdown)) {
    if (lines.length >= limit) break
    const wrapped = wrapText(line, width - indent, (part) => measure(part, font), limit - lines.length)
    lines.push(...wrapped.map((part) => ({ text: part, font, indent })))
  }
  return lines
}

function markdownLine(line: string): NoteLine {
  const heading = /^#{1,6}\s+(.*?)\s*#*$/.exec(line)
  if (heading) return { text: inline(heading[1]!), font: 'title', indent: 0 }
  const item = /^(\s*)[-*+]\s+(.*)$/.exec(line)
  if (item) return { text: `• ${inline(item[2]!)}`, font: 'label', indent: INDENT * Math.min(4, Math.floor(item[1]!.length / 2)) }
  const quote = /^>\s?(.*)$/.exec(line)
  return { text: inline(quote?.[1] ?? line), font: 'label', indent: quote ? INDENT : 0 }
}

/** Without the marks of emphasis, code, links and pictures. */
function inline(text: string): string {
  return text
    .replaceAll(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll(/(\*\*|__|~~|`)(?=\S)([^*_~`]*?\S)\1/g, '$2')
    .replaceAll(/(?<![\w*])[*](?=\S)([^*]*\S)[*](?![\w*])/g, '$1')
}
