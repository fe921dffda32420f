/** Whether two JSON values say the same; the order of keys does not matter. `undefined` equals only itself. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (Array.isArray(a) !== Array.isArray(b)) return false
  const entries = presentEntries(a)
  return entries.length === presentEntries(b).length && entries.every(([key, value]) => sameJson(value, own(b, key)))
}

/** A text that is equal for JSON values that say the same. */
export function jsonKey(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'nothing'
  if (Array.isArray(value)) return `[${value.map(jsonKey).join(',')}]`
  const entries = presentEntries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${jsonKey(item)}`).join(',')}}`
}

/** The value under a key of an object from outside, `undefined` where it has none of its own. */
export function own(value: object | undefined, key: string): unknown {
  return value !== undefined && Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined
}

function presentEntries(value: object): [string, unknown][] {
  return Object.entries(value).filter(([, item]) => item !== undefined)
}
