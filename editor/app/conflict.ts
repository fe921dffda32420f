/** Two versions of one saved workflow: what differs, and whether they go together. */
import { diffText, diffWorkflows } from '../../core/workflow/diff.ts'
import { mergeWorkflows } from '../../core/workflow/merge.ts'
import type { Workflow } from '../../core/workflow/workflow.ts'

export interface SaveConflict {
  /** What they changed since the version that both began with, a line each. */
  readonly theirs: readonly string[]
  readonly mine: readonly string[]
  /** Both in one; missing where they changed the same place in different ways. */
  readonly merged?: Workflow
  /** The places where they disagree. */
  readonly clashes: readonly string[]
}

/** Compares two versions that began with one. */
export function conflictOf(base: Workflow, mine: Workflow, theirs: Workflow): SaveConflict {
  const { workflow, conflicts } = mergeWorkflows(base, mine, theirs)
  return {
    theirs: lines(base, theirs),
    mine: lines(base, mine),
    ...(conflicts.length === 0 && { merged: workflow }),
    clashes: conflicts.map(({ text }) => text),
  }
}

function lines(before: Workflow, after: Workflow): readonly string[] {
  return diffText(diffWorkflows(before, after)).split('\n')
}
