/** A document as the fields of another of its graphs see it: what they change lies at another path than the one that is looked at. */
import { computed, signal } from '@preact/signals'
import type { EditorDocument } from '../app/document.ts'
import type { Session } from '../app/session.ts'
import { applyEdits } from '../graph/apply-edits.ts'
import type { GraphPath } from '../graph/scene.ts'
import { sceneOf } from '../graph/scene-of.ts'

/** The document itself where it shows that graph. */
export function documentAt({ definitions }: Pick<Session, 'definitions'>, document: EditorDocument, path: GraphPath): EditorDocument {
  if (document.path.value.join('\n') === path.join('\n')) return document
  const { id, title, workflow, selection, view, problems, saved, isChanged, job, canUndo, canRedo } = document
  return {
    id, title, workflow, selection, view, problems, saved, isChanged, job, canUndo, canRedo,
    path: signal(path),
    scene: computed(() => sceneOf(workflow.value, path, definitions.value, problems.value)),
    edit: (edits) => document.replace((now) => applyEdits(now, path, edits, definitions.peek())),
    replace: (change) => document.replace(change),
    undo: () => document.undo(),
    redo: () => document.redo(),
    markSaved: (place, now) => document.markSaved(place, now),
  }
}
