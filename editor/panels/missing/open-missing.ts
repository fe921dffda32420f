/** Says what a workflow needs that is not here. */
import type { EditorDocument } from '../../app/document.ts'
import type { Session } from '../../app/session.ts'
import { t } from '../../i18n/index.ts'
import type { MissingDialogProps } from './missing-dialog.tsx'

export async function openMissing(session: Session, document: EditorDocument): Promise<void> {
  const { MissingDialog } = await import('./missing-dialog.tsx')
  await session.dialogs.ask<undefined, MissingDialogProps>(MissingDialog, { session, document }, t('panels.missing.title', { title: document.title.peek() }))
}
