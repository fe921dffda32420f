/** What a session does by itself as long as its page is open. */
import { effect } from '@preact/signals'
import { followPointer, pasteText } from '../commands/clipboard.ts'
import { isText, listenToKeys } from '../commands/dispatch.ts'
import { errorText } from '../commands/error-text.ts'
import { listenToFiles } from '../files/drop.ts'
import { setLanguage } from '../i18n/index.ts'
import { watchMissing } from '../panels/missing/watch-missing.ts'
import { saveByItself } from './autosave.ts'
import type { OpenSession } from './create-session.ts'
import { followSaved } from './follow-saved.ts'
import { watchLogin } from './watch-login.ts'

/** Starts it. */
export function live(session: OpenSession): void {
  effect(() => void setLanguage(session.settings.value.language))
  listenToKeys(session)
  followPointer()
  listenToFiles(session)
  listenToPaste(session)
  keepWhenLeft(session)
  askAgainWhenBack(session)
  saveByItself(session)
  followSaved(session)
  watchMissing(session)
  watchLogin(session)
  void session.loadSettings()
}

/** A page that is hidden may never be told of its end. */
function keepWhenLeft(session: OpenSession): void {
  addEventListener('pagehide', () => void session.keep())
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'hidden') void session.keep()
  })
}

/** What was copied as text: nodes of this editor, or a workflow. Pictures and files are another part's. */
function listenToPaste(session: OpenSession): void {
  document.addEventListener('paste', (event) => {
    const text = event.clipboardData?.getData('text/plain') ?? ''
    if (event.defaultPrevented || session.dialogs.open.peek().length > 0 || !text.trimStart().startsWith('{')) return
    if (event.target instanceof Element && isText(event.target)) return
    event.preventDefault()
    pasteText(session, text).catch((error: unknown) => session.dialogs.tell({ kind: 'error', text: errorText(error) }))
  })
}

/** A server that was away may have come back with other nodes. */
function askAgainWhenBack(session: OpenSession): void {
  let wasLost = false
  effect(() => {
    const connection = session.runs.connection.value
    if (connection === 'open' && wasLost) void session.refreshDefinitions().catch(() => {}) // the next connection asks again
    wasLost = connection === 'lost' || (wasLost && connection !== 'open')
  })
}
