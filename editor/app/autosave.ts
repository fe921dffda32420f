/** Saves documents to their places on the server while they are worked on, when the settings say so. */
import { effect } from '@preact/signals'
import { KinographError } from '../../server/client/index.ts'
import { t } from '../i18n/index.ts'
import type { OpenSession } from './create-session.ts'
import type { OpenDocument } from './open-document.ts'
import { resolveConflict, trySave } from './save-document.ts'

/** Milliseconds without a change until a document is saved. */
const QUIET = 2000

/** Begins to save. @returns what ends it */
export function saveByItself(session: OpenSession, quiet: number = QUIET): () => void {
  const timers = new Map<string, ReturnType<typeof setTimeout>>()
  /** The version that lost against somebody else's, by document: it is told once. */
  const told = new Map<string, string>()
  const stop = effect(() => {
    for (const document of session.tabs.all.value) {
      const { id, workflow, saved, isChanged } = document
      void workflow.value // the wait begins again with each change
      clearTimeout(timers.get(id))
      const isDue = session.settings.value.autosave && isChanged.value && saved.value !== undefined && told.get(id) !== saved.value.etag
      if (isDue) timers.set(id, setTimeout(() => void save(session, document, told), quiet))
    }
  })
  return () => {
    stop()
    for (const timer of timers.values()) clearTimeout(timer)
  }
}

async function save(session: OpenSession, document: OpenDocument, told: Map<string, string>): Promise<void> {
  const place = document.saved.peek()
  if (!place || !document.isChanged.peek()) return
  try {
    if (await trySave(session, document, place.name)) return
  } catch (error) {
    if (error instanceof KinographError) return // away, or not allowed: the next change tries again, and the browser keeps it meanwhile
    throw error
  }
  told.set(document.id, place.etag)
  tellConflict(session, document, place.name)
}

/** Says that somebody else was faster, and offers to look at it. */
export function tellConflict(session: OpenSession, document: OpenDocument, name: string): void {
  const compare = () => {
    session.show(document.id)
    void resolveConflict(session, document, name)
  }
  session.dialogs.tell({ kind: 'warning', text: t('app.conflict.notice', { name }), action: { label: t('app.conflict.decide'), run: compare } })
}
