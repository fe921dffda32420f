/** What is selected after a click. */

/** One alone, or more or less of what was there. */
export function picked<T>(before: ReadonlySet<T>, one: T | undefined, adds: boolean): ReadonlySet<T> {
  if (one === undefined) return adds ? before : new Set()
  if (!adds) return new Set([one])
  return before.has(one) ? new Set([...before].filter((other) => other !== one)) : new Set([...before, one])
}
