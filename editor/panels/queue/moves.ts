/** Where a job goes that is moved among those that wait. */

/** What the server is told: the front, the end, or before which other. */
export type MoveTo = 'front' | 'end' | { readonly before: string }

/**
 * The move that puts the job at `from` in place `to` of the list, counted in the list without it; undefined when it
 * stands there. `isWhole`: whether the list has all that wait: the end of one that has not is no end of the queue.
 */
export function moveTo(ids: readonly string[], from: number, to: number, isWhole: boolean): MoveTo | undefined {
  const rest = ids.toSpliced(from, 1)
  const place = Math.min(rest.length, Math.max(0, to))
  if (place === from) return undefined
  if (place === 0) return 'front'
  if (place < rest.length) return { before: rest[place]! }
  return isWhole ? 'end' : undefined
}

/** The place, counted without the dragged one, that a drop on the upper or lower half of a row means. */
export function droppedAt(from: number, row: number, isLowerHalf: boolean): number {
  const at = isLowerHalf ? row + 1 : row
  return at > from ? at - 1 : at
}
