import type { Problem } from './problem.ts'
import { WorkflowError } from './workflow-error.ts'

/** How much a workflow file may hold. */
export interface JsonLimits {
  /** Characters of text. */
  readonly characters: number
  /** Lists and objects within one another. */
  readonly depth: number
}

/** What any file is held to: far above real ones (10,000 nodes take 3 MB), far below what would stop the process. */
export const JSON_LIMITS: JsonLimits = { characters: 64 * 2 ** 20, depth: 64 }

/**
 * Reads JSON text that comes from outside: as `JSON.parse`, but a key that stands twice in one object, and a whole
 * number whose digits no double can hold, are refused, not silently changed; mistakes are placed by line and column.
 * @throws WorkflowError `invalid_json` or `workflow_too_large`.
 */
export function readJson(text: string, limits: JsonLimits = JSON_LIMITS): unknown {
  if (text.length > limits.characters) {
    fail('workflow_too_large', `expected at most ${limits.characters} characters, got ${text.length}`)
  }
  const value = parseText(text.startsWith('\uFEFF') ? text.slice(1) : text)
  refuseLosses(text)
  checkJson(value, limits)
  return value
}

/**
 * Refuses what JSON values from outside must not hold: numbers past the range of doubles (1e400 reads as infinity),
 * halves of characters (lone surrogates), and nesting that would overflow the stack of whoever walks it.
 * Walks a list, so that the check itself has no such limit.
 */
export function checkJson(value: unknown, limits: JsonLimits = JSON_LIMITS): void {
  const open: [value: object, depth: number][] = []
  const check = (one: unknown, depth: number) => {
    if (typeof one === 'string') checkText(one)
    else if (typeof one === 'number') checkNumber(one)
    else if (typeof one === 'object' && one !== null) open.push([one, depth])
  }
  check(value, 1)
  for (let item = open.pop(); item !== undefined; item = open.pop()) {
    const [container, depth] = item
    if (depth > limits.depth) fail('invalid_json', `expected at most ${limits.depth} levels of nesting`)
    if (Array.isArray(container)) for (const child of container) check(child, depth + 1)
    else {
      for (const [key, child] of Object.entries(container)) {
        checkText(key)
        check(child, depth + 1)
      }
    }
  }
}

const LONE_SURROGATE = /\p{Surrogate}/u

function checkText(text: string): void {
  if (LONE_SURROGATE.test(text)) {
    const shown = JSON.stringify(text.slice(0, 40))
    fail('invalid_json', `the text ${shown} holds half a character (a lone surrogate)`, 'Write the text again.')
  }
}

function checkNumber(value: number): void {
  if (!Number.isFinite(value)) fail('invalid_json', `expected numbers below 1.8e308, got ${value}`)
}

function parseText(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    throw new WorkflowError(
      {
        code: 'invalid_json',
        ...syntaxPlace(text, message),
        problem: `the text is not JSON: ${message}`,
        remedy: 'Correct it there; an editor that knows JSON shows the place.',
      },
      { cause: error },
    )
  }
}

/** Where the parser stopped, if it says so ("… at position 17"). */
function syntaxPlace(text: string, message: string): Pick<Problem, 'at'> {
  const position = /position (\d+)/.exec(message)?.[1]
  if (position !== undefined) return { at: place(text, Number(position)) }
  return message.includes('end of JSON') ? { at: place(text, text.length) } : {}
}

function place(text: string, position: number): string {
  const before = text.slice(0, position)
  const line = before.split('\n').length
  return `line ${line}, column ${position - before.lastIndexOf('\n')}`
}

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COLON = 0x3a
const DIGIT_0 = 0x30
const DIGIT_9 = 0x39
const OPEN_BRACE = 0x7b
const OPEN_BRACKET = 0x5b
const CLOSE_BRACE = 0x7d
const CLOSE_BRACKET = 0x5d

/** Only whole numbers of this many digits can be more than a double holds. */
const LONG_NUMBER = /\d{16}/
const NUMBER = /-?\d[\d.eE+-]*/y

/**
 * Goes through text that is known to be JSON, for what JSON.parse loses without a word. Keeps, for each object that is
 * open, the keys seen so far; a string is a key when a colon follows it.
 */
function refuseLosses(text: string): void {
  const hasLongNumbers = LONG_NUMBER.test(text)
  const open: (Set<string> | null)[] = []
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === OPEN_BRACE) open.push(new Set())
    else if (code === OPEN_BRACKET) open.push(null)
    else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) open.pop()
    else if (code === QUOTE) {
      const end = endOfString(text, at)
      if (isKey(text, end)) noteKey(open.at(-1), text, at, end)
      at = end
    } else if (hasLongNumbers && code >= DIGIT_0 && code <= DIGIT_9) at = endOfNumber(text, at)
  }
}

/** The index of the last character of the number that begins at `start` (behind its sign, if it has one). */
function endOfNumber(text: string, start: number): number {
  NUMBER.lastIndex = start
  const digits = NUMBER.exec(text)![0]
  if (digits.length >= 16 && /^\d+$/.test(digits) && String(Number(digits)) !== digits) {
    const problem = `the number ${digits.slice(0, 40)} can't be kept: it would become ${Number(digits)}`
    const remedy = 'Whole numbers go to 9007199254740991; write a longer one as a text.'
    throw new WorkflowError({ code: 'invalid_json', at: place(text, start), problem, remedy })
  }
  return start + digits.length - 1
}

/** The index of the quote that ends the string which begins at `start`. */
function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1)
  while (isEscaped(text, end)) end = text.indexOf('"', end + 1)
  return end
}

function isEscaped(text: string, at: number): boolean {
  let slashes = 0
  while (text.charCodeAt(at - 1 - slashes) === BACKSLASH) slashes++
  return slashes % 2 === 1
}

function isKey(text: string, end: number): boolean {
  let next = end + 1
  while (text.charCodeAt(next) <= 0x20) next++
  return text.charCodeAt(next) === COLON
}

function noteKey(keys: Set<string> | null | undefined, text: string, start: number, end: number): void {
  const raw = text.slice(start, end + 1)
  const key = raw.includes('\\') ? String(JSON.parse(raw)) : raw.slice(1, -1)
  if (keys?.has(key)) {
    const problem = `the key ${raw.slice(0, 80)} stands twice in one object`
    throw new WorkflowError({ code: 'invalid_json', at: place(text, start), problem, remedy: 'Remove one of the two.' })
  }
  keys?.add(key)
}

function fail(code: Problem['code'], problem: string, remedy?: string): never {
  throw new WorkflowError({ code, problem, remedy })
}
