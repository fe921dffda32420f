/** What has to be done to show another scene in the place of one. */
import type { Scene, SceneNode } from '../graph/scene.ts'

export interface Reconciliation {
  /** Another graph is shown: nothing stays. */
  readonly isOther: boolean
  readonly removed: readonly string[]
  readonly added: readonly SceneNode[]
  /** Of those that stay: what is drawn anew. */
  readonly changed: readonly SceneNode[]
}

/** Compares two scenes by the ids of their nodes. */
export function reconcile(before: Scene | undefined, after: Scene): Reconciliation {
  const isOther = before === undefined || !isSame(before.path, after.path)
  const known = new Map(isOther ? [] : before.nodes.map((node) => [node.id, node]))
  const kept = new Set(after.nodes.map(({ id }) => id))
  return {
    isOther,
    removed: before === undefined ? [] : before.nodes.map(({ id }) => id).filter((id) => isOther || !kept.has(id)),
    added: after.nodes.filter(({ id }) => !known.has(id)),
    changed: after.nodes.filter((node) => known.has(node.id) && !isSame(known.get(node.id), node)),
  }
}

/** Whether two values of plain data say the same. */
export function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null || Array.isArray(a) !== Array.isArray(b)) return false
  const keys = Object.keys(a)
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && isSame(Reflect.get(a, key), Reflect.get(b, key)))
}
