/** Closing a tab: nothing that is not saved goes away without a question. */
import { t } from '../i18n/index.ts'
import type { CloseAnswer, CloseDialogProps } from './close-dialog.tsx'
import type { OpenSession } from './create-session.ts'
import type { OpenDocument } from './open-document.ts'
import { saveDocument } from './save-document.ts'

/** Closes a document. @param instead what is shown when it was the last one */
export async function closeDocument(session: OpenSession, id: string, instead: () => OpenDocument): Promise<void> {
  const document = session.tabs.get(id)
  if (!document) return
  if (document.isChanged.peek()) {
    session.show(id)
    const { CloseDialog } = await import('./close-dialog.tsx')
    const title = document.title.peek()
    const answer = await session.dialogs.ask<CloseAnswer, CloseDialogProps>(CloseDialog, { title }, t('app.close.label', { title }))
    if (answer === undefined) return
    if (answer === 'save' && !await saveDocument(session, document)) return
  }
  session.tabs.remove(id, instead)
}
