import { own, sameJson } from './json-equal.ts'

/** One value as three versions have it; `undefined` where it is not there. */
export interface Three<T> {
  readonly base: T | undefined
  readonly ours: T | undefined
  readonly theirs: T | undefined
}

/** Called where both sides changed a value, each its own way. */
export type OnConflict<T = unknown> = (versions: Three<T>, path: readonly string[]) => void

/** The value that changed on one side, or on both alike; ours where they disagree, which is told. */
export function mergeValue<T>(
  versions: Three<T>,
  conflict: OnConflict<T>,
  path: readonly string[] = [],
): T | undefined {
  const { base, ours, theirs } = versions
  if (sameJson(ours, theirs) || sameJson(base, theirs)) return ours
  if (sameJson(base, ours)) return theirs
  conflict(versions, path)
  return ours
}

/** Objects key by key, to any depth; other values whole. */
export function mergeJson(versions: Three<unknown>, conflict: OnConflict, path: readonly string[] = []): unknown {
  const { base, ours, theirs } = versions
  if (!isRecord(ours) || !isRecord(theirs)) return mergeValue(versions, conflict, path)
  return mergeRecord({ base: isRecord(base) ? base : undefined, ours, theirs }, (key, values) =>
    mergeJson(values, conflict, [...path, key]))
}

/** Objects key by key: ours in our order, then what only they have. */
export function mergeRecord(
  { base, ours, theirs }: Three<object>,
  mergeKey: (key: string, versions: Three<unknown>) => unknown,
): object {
  const keys = new Set([...Object.keys(ours ?? {}), ...Object.keys(theirs ?? {})])
  const entries = [...keys].map((key) => {
    const versions = { base: own(base, key), ours: own(ours, key), theirs: own(theirs, key) }
    return [key, mergeKey(key, versions)] as const
  })
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined))
}

/**
 * Lists whose items have a key. The order is ours, unless only they changed it; an item that only one side has comes
 * after the one it follows there.
 */
export function mergeList<T>(
  { base = [], ours = [], theirs = [] }: Three<readonly T[]>,
  keyOf: (item: T) => string,
  mergeItem: (versions: Three<T>) => T | undefined,
): T[] {
  const [wasBy, ourBy, theirBy] = [base, ours, theirs].map((list) => new Map(list.map((item) => [keyOf(item), item])))
  const merged = new Map<string, T>()
  for (const key of new Set([...ourBy!.keys(), ...theirBy!.keys()])) {
    const item = mergeItem({ base: wasBy!.get(key), ours: ourBy!.get(key), theirs: theirBy!.get(key) })
    if (item !== undefined) merged.set(key, item)
  }
  const keys = (list: readonly T[]) => list.map(keyOf)
  const [first, second] = sameOrder(keys(base), keys(ours)) ? [theirs, ours] : [ours, theirs]
  return mergedOrder(keys(first), keys(second)).flatMap((key) => merged.get(key) ?? [])
}

/** Whether what two lists share stands in the same order. */
function sameOrder(a: readonly string[], b: readonly string[]): boolean {
  const [inA, inB] = [new Set(a), new Set(b)]
  const shared = a.filter((key) => inB.has(key))
  return b.filter((key) => inA.has(key)).every((key, index) => shared[index] === key)
}

/** The first list, with what only the second has after the item that it follows there. */
function mergedOrder(first: readonly string[], second: readonly string[]): string[] {
  const has = new Set(first)
  const after = new Map<string | undefined, string[]>()
  let last: string | undefined
  for (const key of second) {
    if (has.has(key)) last = key
    else after.set(last, [...(after.get(last) ?? []), key])
  }
  return [...(after.get(undefined) ?? []), ...first.flatMap((key) => [key, ...(after.get(key) ?? [])])]
}

function isRecord(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
