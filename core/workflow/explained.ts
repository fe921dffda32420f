/**
 * Failures of the layers below that say what they are about and what to do. They are known by the fields they have, not
 * by their class: core knows none of the layers that throw them.
 */
import { thrownText } from '../types/json.ts'

/** What an error may say of itself beside its message; any of it may be missing. */
export interface Explained {
  readonly problem?: string
  readonly remedy?: string
  readonly field?: string
  readonly expected?: string
  readonly found?: string
}

const FIELDS = ['problem', 'remedy', 'field', 'expected', 'found'] as const

/** What an error says of itself; what is no text, or empty, is left out. */
export function explanationOf(error: unknown): Explained {
  if (typeof error !== 'object' || error === null) return {}
  const texts = FIELDS.map((field): [string, unknown] => [field, fieldOf(error, field)])
  return Object.fromEntries(texts.filter(([, text]) => typeof text === 'string' && text !== ''))
}

/** One field of what was thrown; reading it may itself throw. */
export function fieldOf(error: object, field: string): unknown {
  try {
    return Reflect.get(error, field)
  } catch {
    return undefined
  }
}

/** The message of an error without its remedy, which often stands at its end, and without a full stop. */
export function messageWithout(error: unknown, remedy: string | undefined): string {
  const message = error === undefined || error === null ? '' : thrownText(error)
  const text = remedy !== undefined && message.endsWith(remedy) ? message.slice(0, -remedy.length) : message
  return text.trim().replace(/\.$/, '')
}
