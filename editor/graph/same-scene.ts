/** Keeps what is the same from one scene to the next. */
import type { WorkflowNode } from '../../core/workflow/workflow.ts'
import type { SceneNode } from './scene.ts'

const last = new WeakMap<WorkflowNode, SceneNode>()

/** The scene's node that the same node of the workflow gave before, where nothing about it has changed since. */
export function asBefore(node: WorkflowNode, drawn: SceneNode): SceneNode {
  const before = last.get(node)
  if (before && isSame(before, drawn)) return before
  last.set(node, drawn)
  return drawn
}

/** Whether two plain values say the same; what is one object is not looked into. */
function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  const keys = Object.keys(a)
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && isSame(Reflect.get(a, key), Reflect.get(b, key)))
}
