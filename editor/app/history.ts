/** Steps back and forth over what a document was. Workflows are kept by identity: what two steps share is there once. */
import type { Workflow } from '../../core/workflow/workflow.ts'
import type { GraphPath } from '../graph/scene.ts'

/** What the document was before a change (or after it, on the way forth), and the graph in which it was made. */
export interface Step {
  readonly workflow: Workflow
  readonly path: GraphPath
}

export interface History {
  /** The oldest first. */
  readonly past: readonly Step[]
  /** The one that comes next is the last. */
  readonly future: readonly Step[]
}

export const NO_HISTORY: History = { past: [], future: [] }

/** Steps that are kept; the oldest goes first. All of them are written with each change, so that there are not more. */
export const MAX_STEPS = 250

/** A change was made to what `before` says: there is nothing to redo any more. */
export function stepped({ past }: History, before: Step): History {
  return { past: [...past.slice(-(MAX_STEPS - 1)), before], future: [] }
}

/** A step on the way, and the history once it was taken. */
export interface Travel {
  readonly history: History
  readonly to: Step
}

/** One step back from this workflow; undefined where there is none. */
export function back({ past, future }: History, now: Workflow): Travel | undefined {
  const to = past.at(-1)
  return to && { to, history: { past: past.slice(0, -1), future: [...future, { workflow: now, path: to.path }] } }
}

/** One step forth from this workflow; undefined where there is none. */
export function forth({ past, future }: History, now: Workflow): Travel | undefined {
  const to = future.at(-1)
  return to && { to, history: { past: [...past, { workflow: now, path: to.path }], future: future.slice(0, -1) } }
}
