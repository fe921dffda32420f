import { clip } from './error.ts'

/** Why a text was refused before it was parsed. */
export class JsonRefusal extends Error {}

/**
 * Parses JSON that comes from outside. `JSON.parse` alone keeps the last of two equal keys in silence and builds any
 * depth of nesting; here a duplicate key, or nesting past `maxDepth`, throws JsonRefusal, and other errors SyntaxError.
 */
export function parseStrictJson(text: string, maxDepth: number): unknown {
  scan(text, maxDepth)
  return JSON.parse(text)
}

/** One pass over the text: strings that a colon follows are keys of the innermost object. */
function scan(text: string, maxDepth: number): void {
  const open: (Set<string> | null)[] = []     // a Set for an object, null for an array
  for (let i = 0; i < text.length; i++) {
    const c = text[i]
    if (c === '{' || c === '[') {
      if (open.push(c === '{' ? new Set() : null) > maxDepth) {
        throw new JsonRefusal(`nested more than ${maxDepth} deep`)
      }
    } else if (c === '}' || c === ']') {
      open.pop()
    } else if (c === '"') {
      const end = stringEnd(text, i)
      const keys = open.at(-1)
      if (keys && followedByColon(text, end)) addKey(keys, text.slice(i, end))
      i = end - 1
    }
  }
}

/** Index just after the closing quote of the string that opens at `start` (the text's length when it never closes). */
function stringEnd(text: string, start: number): number {
  let i = start + 1
  while (i < text.length && text[i] !== '"') i += text[i] === '\\' ? 2 : 1
  return Math.min(i + 1, text.length)
}

function followedByColon(text: string, index: number): boolean {
  while (text[index] === ' ' || text[index] === '\n' || text[index] === '\r' || text[index] === '\t') index++
  return text[index] === ':'
}

function addKey(keys: Set<string>, quoted: string): void {
  const key = quoted.includes('\\') ? String(JSON.parse(quoted)) : quoted.slice(1, -1)
  if (keys.has(key)) throw new JsonRefusal(`the key "${clip(key)}" stands twice in one object`)
  keys.add(key)
}

/** True for what JSON calls an object. */
export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
