/** Saving to the server, so that nobody's changes are lost: a save expects what was there when the document was opened. */
import { KinographError } from '../../server/client/index.ts'
import type { Workflow } from '../../core/workflow/workflow.ts'
import { t } from '../i18n/index.ts'
import type { ConflictAnswer, ConflictDialogProps } from './conflict-dialog.tsx'
import { conflictOf } from './conflict.ts'
import type { OpenDocument } from './open-document.ts'
import type { SaveAsDialogProps } from './save-as-dialog.tsx'
import type { Session } from './session.ts'

/** What saving needs of a session. */
export type SavingSession = Pick<Session, 'client' | 'dialogs'>

/** Saves it where it was saved before, or asks for a name. @returns whether it was saved */
export async function saveDocument(session: SavingSession, document: OpenDocument): Promise<boolean> {
  const place = document.saved.peek()
  if (!place) return await saveDocumentAs(session, document)
  const saved = await trySave(session, document, place.name)
  return saved || await resolveConflict(session, document, place.name)
}

/** Asks for a name and saves it there. */
export async function saveDocumentAs(session: SavingSession, document: OpenDocument): Promise<boolean> {
  const name = await askName(session, document)
  if (name === undefined) return false
  if (await trySave(session, document, name, null)) return true
  if (!await session.dialogs.confirm(t('app.saveAs.replace', { name }), t('app.saveAs.replaceIt'))) return false
  const { etag } = await session.client.workflow(name).get()
  return await trySave(session, document, name, etag) || await resolveConflict(session, document, name)
}

/**
 * Saves without asking anything, once earlier saves of it are through: they are nobody else's.
 * @param expected the ETag that must be there, or null for none; the one that the document has then, when left out
 * @returns false where something else is there
 */
export function trySave({ client }: Pick<SavingSession, 'client'>, document: OpenDocument, name: string, expected?: string | null): Promise<boolean> {
  return inTurn(document, async () => {
    const place = document.saved.peek()
    const workflow = document.workflow.peek()
    try {
      const { etag } = await client.workflow(name).save(workflow, expected !== undefined ? expected : place?.name === name ? place.etag : null)
      document.markSaved({ name, etag }, workflow)
      return true
    } catch (error) {
      if (error instanceof KinographError && error.status === 412) return false
      throw error
    }
  })
}

/** The last save of each document that the server has not answered yet. */
const underWay = new WeakMap<OpenDocument, Promise<unknown>>()

/** Whether it is being saved just now. */
export const isSaving = (document: OpenDocument): boolean => underWay.has(document)

async function inTurn<T>(document: OpenDocument, work: () => Promise<T>): Promise<T> {
  const before = underWay.get(document)
  const mine = (async () => {
    await before?.catch(() => {}) // told to whoever began it
    return await work()
  })()
  underWay.set(document, mine)
  try {
    return await mine
  } finally {
    if (underWay.get(document) === mine) underWay.delete(document)
  }
}

/** Somebody else has saved it: shows what they did, and does what is answered. @returns whether all is saved */
export async function resolveConflict(session: SavingSession, document: OpenDocument, name: string): Promise<boolean> {
  const theirs = await readSaved(session, name)
  if (!theirs) return await saveRemoved(session, document, name)
  const conflict = conflictOf(document.base.peek(), document.workflow.peek(), theirs.workflow)
  const { ConflictDialog } = await import('./conflict-dialog.tsx')
  const props = { name, conflict, ...(theirs.modified !== undefined && { modified: theirs.modified }) }
  const answer = await session.dialogs.ask<ConflictAnswer, ConflictDialogProps>(ConflictDialog, props, t('app.conflict.title', { name }))
  if (answer === undefined) return false
  if (answer === 'other') return await saveDocumentAs(session, document)
  if (answer === 'theirs') return takeTheirs(document, name, theirs)
  if (answer === 'merge') document.replace(() => conflict.merged!) // offered where there is one
  return await trySave(session, document, name, theirs.etag) || await resolveConflict(session, document, name)
}

/** Shows what is saved there now: one step of undo. */
export function takeTheirs(document: OpenDocument, name: string, { workflow, etag }: { readonly workflow: Workflow; readonly etag: string }): true {
  document.replace(() => workflow)
  document.markSaved({ name, etag }, workflow)
  return true
}

interface Saved {
  readonly workflow: Workflow
  readonly etag: string
  readonly modified?: number
}

async function readSaved({ client }: SavingSession, name: string): Promise<Saved | undefined> {
  try {
    const saved = await client.workflow(name).get()
    const [newest] = await client.workflow(name).versions()
      .then(({ versions }) => versions.filter(({ etag }) => etag === saved.etag), () => [])
    return { ...saved, ...(newest && { modified: newest.modified }) }
  } catch (error) {
    if (error instanceof KinographError && error.status === 404) return undefined
    throw error
  }
}

async function saveRemoved(session: SavingSession, document: OpenDocument, name: string): Promise<boolean> {
  if (!await session.dialogs.confirm(t('app.conflict.removed', { name }), t('app.save'))) return false
  return await trySave(session, document, name, null) || await resolveConflict(session, document, name)
}

async function askName({ client, dialogs }: SavingSession, document: OpenDocument): Promise<string | undefined> {
  const names = (await client.workflows()).map(({ name }) => name)
  const { SaveAsDialog } = await import('./save-as-dialog.tsx')
  return await dialogs.ask<string, SaveAsDialogProps>(SaveAsDialog, { name: document.title.peek(), names }, t('app.saveAs.title'))
}
