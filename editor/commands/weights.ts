/** Weights in prompts: `a cat` becomes `a (cat:1.05)`. */

/** What of a text is replaced by what, and what is selected then. */
export interface TextChange {
  readonly from: number
  readonly to: number
  readonly text: string
  readonly selection: readonly [from: number, to: number]
}

const WEIGHTED = /^\((.*):\s*(-?\d+(?:\.\d+)?)\)$/s
const NUMBER = /^:\s*-?\d+(?:\.\d+)?$/
const WORD_END = /[\s,.!?;:()[\]{}|<>"'“”，。、；：（）]/

/** Weighs what is selected, or the word at the cursor, by so much more. Undefined where there is nothing to weigh. */
export function weighted(text: string, selectionStart: number, selectionEnd: number, by: number): TextChange | undefined {
  const around = enclosing(text, selectionStart, selectionEnd)
  const [from, to] = around ?? trimmed(text, ...(selectionStart === selectionEnd ? wordAt(text, selectionStart) : [selectionStart, selectionEnd] as const))
  if (from === to) return undefined
  const [, inside = text.slice(from, to), weight = '1'] = WEIGHTED.exec(text.slice(from, to)) ?? []
  const next = Math.round((Number(weight) + by) * 100) / 100
  if (next === 1) return { from, to, text: inside, selection: [from, from + inside.length] }
  return { from, to, text: `(${inside}:${next})`, selection: [from + 1, from + 1 + inside.length] }
}

type Range = readonly [from: number, to: number]

/** The innermost `(…:1.2)` that the selection lies in. */
function enclosing(text: string, start: number, end: number): Range | undefined {
  for (let open = start; open >= 0; open--) {
    if (text[open] !== '(' || text[open - 1] === '\\') continue
    const close = closing(text, open)
    if (close !== undefined && close + 1 >= end && close + 1 > start && WEIGHTED.test(text.slice(open, close + 1))) return [open, close + 1]
  }
  return undefined
}

function closing(text: string, open: number): number | undefined {
  let depth = 0
  for (let at = open; at < text.length; at++) {
    if (text[at - 1] === '\\') continue
    if (text[at] === '(') depth++
    if (text[at] === ')' && --depth === 0) return at
  }
  return undefined
}

function wordAt(text: string, at: number): Range {
  const isWord = (index: number) => index >= 0 && index < text.length && !WORD_END.test(text[index]!)
  let [from, to] = [at, at]
  while (isWord(from - 1)) from--
  while (isWord(to)) to++
  return [from, to]
}

function trimmed(text: string, from: number, to: number): Range {
  const part = text.slice(from, to)
  if (NUMBER.test(part)) return [from, from]
  return [from + part.length - part.trimStart().length, Math.max(from, to - (part.length - part.trimEnd().length))]
}
