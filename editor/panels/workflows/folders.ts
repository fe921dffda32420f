/** Saved workflows by the folders in their names. */

export interface Folder<T> {
  /** '' for what lies in none. */
  readonly name: string
  readonly items: readonly T[]
}

/** Those in no folder first, then each folder; everything by name. */
export function byFolder<T extends { readonly name: string }>(list: readonly T[]): readonly Folder<T>[] {
  const folders = new Map<string, T[]>()
  for (const one of [...list].sort((a, b) => a.name.localeCompare(b.name))) {
    const folder = one.name.slice(0, Math.max(0, one.name.lastIndexOf('/')))
    const items = folders.get(folder)
    if (items) items.push(one)
    else folders.set(folder, [one])
  }
  return [...folders].map(([name, items]) => ({ name, items })).sort((a, b) => a.name.localeCompare(b.name))
}

/** A name beside this one that nobody has: `clip copy`, `clip copy 2`. @param word what a copy is called */
export function copyName(name: string, word: string, taken: ReadonlySet<string>): string {
  for (let count = 1; ; count++) {
    const next = `${name} ${word}${count === 1 ? '' : ` ${count}`}`
    if (!taken.has(next)) return next
  }
}
