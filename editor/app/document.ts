/** An open workflow: what it is now, how it came to be so (undo), where it is saved, and which part of it is looked at. */
import type { ReadonlySignal, Signal } from '@preact/signals'
import type { Problem } from '../../core/workflow/problem.ts'
import type { Workflow } from '../../core/workflow/workflow.ts'
import type { CanvasSelection, CanvasView } from '../graph/canvas.ts'
import type { Edit } from '../graph/edit.ts'
import type { GraphPath, Scene } from '../graph/scene.ts'

/** Where a workflow is kept on the server. */
export interface SavedPlace {
  readonly name: string
  /** Of the version that it was read or saved with: what a later save expects to find. */
  readonly etag: string
}

export interface EditorDocument {
  /** Stays the same over reloads. */
  readonly id: string
  /** What its tab says. */
  readonly title: ReadonlySignal<string>
  readonly workflow: ReadonlySignal<Workflow>
  readonly path: Signal<GraphPath>
  readonly selection: Signal<CanvasSelection>
  readonly view: Signal<CanvasView | undefined>
  /** The graph at `path`, with all that the definitions say of it. */
  readonly scene: ReadonlySignal<Scene>
  /** Everything that is wrong with the workflow as it stands. */
  readonly problems: ReadonlySignal<readonly Problem[]>
  readonly saved: ReadonlySignal<SavedPlace | undefined>
  /** Whether there are changes that its saved place does not have. */
  readonly isChanged: ReadonlySignal<boolean>
  /** The job whose progress and results are drawn in it: the one that was started from it last, unless another was chosen. */
  readonly job: Signal<string | undefined>
  readonly canUndo: ReadonlySignal<boolean>
  readonly canRedo: ReadonlySignal<boolean>
  /** Makes changes: one step of undo. Edits that change nothing make no step. @throws WorkflowError, and then nothing has changed */
  edit(edits: readonly Edit[]): void
  /** The same for what is no edit: pack, unpack, paste, open another file in its place. */
  replace(change: (workflow: Workflow) => Workflow): void
  undo(): void
  redo(): void
  /** Was saved there just now. */
  markSaved(place: SavedPlace, workflow: Workflow): void
}
