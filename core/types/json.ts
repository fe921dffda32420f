/** A value that JSON can hold. Non-finite numbers are refused where text is read, not by this type. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject

/** An object of JSON values. Read it with `Object.hasOwn` or `Object.entries`: a key may be `__proto__`. */
export interface JsonObject {
  readonly [key: string]: Json
}

/** A value or a promise of it: hooks and nodes may be written either way. */
export type MaybePromise<T> = T | Promise<T>

const SHOWN_LENGTH = 80

/** A short text of any value for messages: `"a cat"`, `12`, `a list of 3`, `an object`. At most 80 characters. */
export function shortText(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (value === null) return 'null'
  if (typeof value === 'string') return shorten(JSON.stringify(value.slice(0, SHOWN_LENGTH + 1)))
  if (Array.isArray(value)) return `a list of ${value.length}`
  if (typeof value === 'object') return describeObject(value)
  if (typeof value === 'function') return 'a function'
  return shorten(String(value))
}

function shorten(text: string): string {
  return text.length <= SHOWN_LENGTH ? text : `${text.slice(0, SHOWN_LENGTH - 1)}…`
}

function describeObject(value: object): string {
  const name: unknown = value.constructor?.name
  const isNamed = typeof name === 'string' && name !== '' && name !== 'Object'
  return isNamed ? `a value of class ${shorten(name)}` : 'an object'
}

/** What was thrown, as a text: an error's message. Anything may be thrown, also what can't be made a text. */
export function thrownText(thrown: unknown): string {
  try {
    return thrown instanceof Error ? String(thrown.message) : String(thrown)
  } catch {
    return `something that is no error (${typeof thrown})`
  }
}
