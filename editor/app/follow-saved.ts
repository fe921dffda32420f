/** Notices when somebody else saves what is open here. */
import { effect } from '@preact/signals'
import { t } from '../i18n/index.ts'
import { tellConflict } from './autosave.ts'
import type { OpenSession } from './create-session.ts'
import type { OpenDocument } from './open-document.ts'
import { isSaving, takeTheirs } from './save-document.ts'

/** Milliseconds between two looks while the page is seen. */
const PERIOD = 10_000

/** Begins to look. @returns what ends it */
export function followSaved(session: OpenSession): () => void {
  /** The newer version that was told of, by document. */
  const told = new Map<string, string>()
  let isLooking = false
  const look = async () => {
    if (isLooking || document.visibilityState === 'hidden' || session.documents.peek().every(({ saved }) => saved.peek() === undefined)) return
    isLooking = true
    await lookAround(session, told).catch(() => {}) // the next look may find the server again
    isLooking = false
  }
  const timer = setInterval(() => void look(), PERIOD)
  const onSeen = () => void look()
  document.addEventListener('visibilitychange', onSeen)
  addEventListener('focus', onSeen)
  const stop = effect(() => { if (session.runs.connection.value === 'open') onSeen() })
  return () => {
    clearInterval(timer)
    document.removeEventListener('visibilitychange', onSeen)
    removeEventListener('focus', onSeen)
    stop()
  }
}

/** Compares what is open with what is saved, once. */
export async function lookAround(session: OpenSession, told: Map<string, string>): Promise<void> {
  const quiet = session.tabs.all.peek().filter((one) => !isSaving(one))
  const before = new Map(quiet.map((one) => [one.id, one.saved.peek()]))
  const etags = new Map((await session.client.workflows()).map(({ name, etag }) => [name, etag]))
  for (const one of session.tabs.all.peek()) {
    const place = one.saved.peek()
    const now = place && etags.get(place.name)
    if (!place || place !== before.get(one.id) || isSaving(one) || now === undefined || now === place.etag || told.get(one.id) === now) continue
    told.set(one.id, now)
    if (one.isChanged.peek()) tellConflict(session, one, place.name)
    else tellNewer(session, one, place.name)
  }
}

function tellNewer(session: OpenSession, document: OpenDocument, name: string): void {
  const reload = async () => {
    const theirs = await session.client.workflow(name).get()
    takeTheirs(document, name, theirs)
  }
  session.dialogs.tell({ kind: 'info', text: t('app.conflict.newer', { name }), action: { label: t('app.conflict.reload'), run: () => void reload() } })
}
