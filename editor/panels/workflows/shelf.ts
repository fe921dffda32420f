/** What can be done with saved workflows. Each says what went wrong. */
import { diffWorkflows } from '../../../core/workflow/diff.ts'
import type { AnswerOf } from '../../../server/client/index.ts'
import type { OpenDocument } from '../../app/open-document.ts'
import type { Session } from '../../app/session.ts'
import { t } from '../../i18n/index.ts'
import { DiffDialog, type DiffDialogProps } from '../history/diff-dialog.tsx'
import { copyName } from './folders.ts'

export type Saved = AnswerOf<'GET /workflows'>['workflows'][number]

/** Shows the tab that has it, or opens one. */
export async function openSaved(session: Session, name: string): Promise<void> {
  const open = session.documents.peek().find(({ saved }) => saved.peek()?.name === name)
  if (open) return session.show(open.id)
  const { workflow, etag } = await session.client.workflow(name).get()
  session.open(workflow, { name, etag })
}

/** Asks for another name; tabs that have it go with it. @returns whether it was renamed */
export async function renameSaved(session: Session, name: string): Promise<boolean> {
  const to = (await session.dialogs.askText({ label: t('panels.workflows.renameTo', { name }), value: name }))?.trim()
  if (to === undefined || to === '' || to === name) return false
  await session.client.workflow(name).move(to)
  for (const document of session.documents.peek()) {
    const place = document.saved.peek()
    if (place?.name === name) document.markSaved({ name: to, etag: place.etag }, (document as OpenDocument).base.peek()) // the editor makes no other documents
  }
  return true
}

export async function duplicateSaved({ client }: Session, name: string, taken: ReadonlySet<string>): Promise<string> {
  const { workflow } = await client.workflow(name).get()
  const copy = copyName(name, t('panels.workflows.copyWord'), taken)
  await client.workflow(copy).save(workflow, null)
  return copy
}

/** @returns whether it was deleted */
export async function deleteSaved({ client, dialogs }: Session, name: string): Promise<boolean> {
  if (!await dialogs.confirm(t('panels.workflows.deleteQuestion', { name }), t('panels.workflows.delete'))) return false
  await client.workflow(name).remove()
  return true
}

/** Opens an older version as a workflow of its own: nothing is replaced. */
export async function openVersion({ client, open }: Session, name: string, version: string): Promise<void> {
  open((await client.workflow(name).get(version)).workflow)
}

/** How a version became the newest one, in words. */
export async function compareVersion({ client, dialogs }: Session, name: string, version: string, when: string): Promise<void> {
  const saved = client.workflow(name)
  const [older, newest] = await Promise.all([saved.get(version), saved.get()])
  const title = t('panels.workflows.changesSince', { name, when })
  await dialogs.ask<undefined, DiffDialogProps>(DiffDialog, { title, diff: diffWorkflows(older.workflow, newest.workflow) }, title)
}
