/** Which types of nodes a person adds often, or added last: kept in this browser, for the search to put them first. */
import type { Use } from '../graph/search.ts'

const KEPT = 'kinograph.uses'
const MOST = 200

/** How often each was added, the last one first. */
type Counts = readonly (readonly [type: string, count: number])[]

/** What was added before. */
export function nodeUses(): ReadonlyMap<string, Use> {
  return new Map(readCounts().map(([type, count], ago) => [type, { count, ago }]))
}

/** Remembers that one was added. */
export function noteUse(type: string): void {
  try {
    localStorage.setItem(KEPT, JSON.stringify(withUse(readCounts(), type)))
  } catch {
    // A browser that keeps nothing forgets this too.
  }
}

/** The counts with one more of a type, which comes first. */
export function withUse(counts: Counts, type: string): Counts {
  const before = counts.find(([one]) => one === type)?.[1] ?? 0
  return [[type, before + 1] as const, ...counts.filter(([one]) => one !== type)].slice(0, MOST)
}

function readCounts(): Counts {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEPT) ?? '[]')
    return Array.isArray(kept) ? kept.filter(isCount) : []
  } catch {
    return []
  }
}

function isCount(value: unknown): value is readonly [string, number] {
  return Array.isArray(value) && typeof value[0] === 'string' && Number.isSafeInteger(value[1])
}
