/**
 * ComfyUI's files as text. Two things in them are more than JavaScript's JSON can hold: whole numbers past 2^53 (seeds go
 * to 2^64) and the NaN and Infinity that Python writes. The first are kept exactly as `{ "__integer__": "digits" }`
 * wherever they stand and written as numbers again; the others become null.
 */
import type { Json } from '../types/json.ts'
import { JSON_LIMITS, readJson, type JsonLimits } from '../workflow/json-text.ts'
import { isRecord, own } from './fields.ts'

/** The key of an object that stands for a whole number which a double can't hold. */
export const BIG_INTEGER = '__integer__'

/** Strings (kept), and outside of them whole numbers of 16 digits or more and Python's three words. */
const TOKENS = /"(?:[^"\\]|\\.)*"|(?<![\d.eE+-])-?\d{16,}(?![\d.eE])|-?\bInfinity\b|\bNaN\b/g

/** Whether there is anything that JSON.parse would lose or refuse. */
const ODD = /\d{16}|NaN|Infinity/

/**
 * Reads the text of a file of ComfyUI.
 * @throws WorkflowError as `readJson` does: not JSON, too large, too deep, a key that stands twice
 */
export function readComfyText(text: string, limits: JsonLimits = JSON_LIMITS): Json {
  const safe = ODD.test(text) && text.length <= limits.characters ? text.replace(TOKENS, safeToken) : text
  // readJson gives what JSON.parse gives, or throws.
  return readJson(safe, limits) as Json
}

function safeToken(token: string): string {
  if (token.startsWith('"')) return token
  if (/[IN]/.test(token)) return 'null'
  return isExact(token) ? token : `{"${BIG_INTEGER}":"${token}"}`
}

/** Whether the digits come back when the double is written. */
function isExact(digits: string): boolean {
  return String(Number(digits)) === digits
}

/** The JSON text of a value for ComfyUI, numbers past 2^53 written out. Ends with a line feed. */
export function comfyText(value: Json): string {
  const marked = JSON.stringify(value, null, 2)
  if (!marked.includes(`"${BIG_INTEGER}"`)) return `${marked}\n`
  const written = JSON.stringify(value, (_, item: Json) => isBigInteger(item) ? `\u0000${item[BIG_INTEGER]}\u0000` : item, 2)
  return `${written.replace(/"\\u0000(-?\d+)\\u0000"/g, '$1')}\n`
}

/** Whether a value stands for a whole number that a double can't hold. */
export function isBigInteger(value: Json | undefined): value is { readonly [BIG_INTEGER]: string } {
  if (!isRecord(value)) return false
  const digits = own(value, BIG_INTEGER)
  return typeof digits === 'string' && /^-?\d{16,}$/.test(digits) && Object.keys(value).length === 1
}
