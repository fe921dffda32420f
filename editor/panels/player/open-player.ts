/** Opens the player over everything else. It is loaded when it is first wanted. */
import type { Session } from '../../app/session.ts'
import type { EditorDocument } from '../../app/document.ts'
import { t } from '../../i18n/index.ts'
import { filesOf, type ShownFile } from '../../run/media.ts'
import type { PlayerDialogProps } from './player-dialog.tsx'

/** @returns 'changed' when files were deleted in it */
export async function openPlayer(session: Session, files: readonly ShownFile[], index: number): Promise<'changed' | undefined> {
  const file = files[index]
  if (file === undefined) return undefined
  const { PlayerDialog } = await import('./player-dialog.tsx')
  let isChanged = false
  const onDeleted = () => { isChanged = true }
  await session.dialogs.ask<undefined, PlayerDialogProps>(PlayerDialog, { session, files, index, onDeleted }, t('run.player.title', { name: nameOf(file) }))
  return isChanged ? 'changed' : undefined
}

/** Opens what a node of a document shows: the id of a node of the graph that is looked at. */
export async function openNodeMedia(session: Session, document: EditorDocument, node: string): Promise<void> {
  const ui = session.runs.shown(document).peek()?.uiAt([...document.path.peek(), node])
  await openPlayer(session, ui === undefined ? [] : filesOf(ui), 0)
}

/** The last part of a path. */
export function nameOf({ path }: Pick<ShownFile, 'path'>): string {
  return path.slice(path.lastIndexOf('/') + 1)
}
