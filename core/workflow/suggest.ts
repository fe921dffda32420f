const MAX_LENGTH = 40

/** Among more names than this nothing is looked for: a file of 10,000 wrong links must not take a minute. */
const MAX_NAMES = 2_000

/**
 * The name among some that one was probably meant to be, or `undefined`: at most a third of its letters differ.
 * Case does not count.
 */
export function closest(name: string, names: Iterable<string>): string | undefined {
  if (name.length > MAX_LENGTH) return undefined
  let best: string | undefined
  let bestDistance = Math.floor(name.length / 3) + 1
  let looked = 0
  for (const candidate of names) {
    if (looked++ === MAX_NAMES) break
    if (Math.abs(candidate.length - name.length) >= bestDistance) continue
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase())
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance]
  }
  return best
}

/** "Did you mean …?" where something is close. */
export function didYouMean(name: string, names: Iterable<string>): string | undefined {
  const near = closest(name, names)
  return near === undefined ? undefined : `Did you mean "${near}"?`
}

/** What there is to choose from: "There are the inputs steps, seed." Nothing where there is none. */
export function listed(names: readonly string[], kind: string): string | undefined {
  if (names.length === 0) return undefined
  const shown = names.slice(0, 12).join(', ') + (names.length > 12 ? ', …' : '')
  return names.length === 1 ? `There is the ${kind} ${shown}.` : `There are the ${kind}s ${shown}.`
}

/** Letters to change, add, leave out or swap with the next, counted a row of the table at a time (Damerau, 1964). */
function editDistance(a: string, b: string): number {
  let before: number[] = []
  let row = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const change = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      const isSwapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      const swap = isSwapped ? before[j - 2]! + 1 : Infinity
      next.push(Math.min(change, swap, row[j]! + 1, next[j - 1]! + 1))
    }
    before = row
    row = next
  }
  return row[b.length]!
}
