/** Looks at each workflow that is opened: where something is missing, a dialog says what. What was open before says so by its marks alone. */
import { effect } from '@preact/signals'
import type { EditorDocument } from '../../app/document.ts'
import type { Session } from '../../app/session.ts'

/** Begins to look. @returns what ends it */
export function watchMissing(session: Session): () => void {
  const seen = new WeakSet<EditorDocument>(session.documents.peek())
  return effect(() => {
    const fresh = session.documents.value.filter((document) => !seen.has(document))
    if (session.definitions.value.size === 0) return // looked at again when they have come
    for (const document of fresh) {
      seen.add(document)
      void look(session, document)
    }
  })
}

async function look(session: Session, document: EditorDocument): Promise<void> {
  const { missingOf } = await import('../../graph/missing.ts')
  const { types, files } = missingOf(document.workflow.peek(), session.definitions.peek())
  if (types.length + files.length === 0) return
  const { openMissing } = await import('./open-missing.ts')
  await openMissing(session, document)
}
