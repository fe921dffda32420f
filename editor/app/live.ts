/** What a session does by itself as long as its page is open. */
import { effect } from '@preact/signals'
import { listenToKeys } from '../commands/dispatch.ts'
import { setLanguage } from '../i18n/index.ts'
import { saveByItself } from './autosave.ts'
import type { OpenSession } from './create-session.ts'
import { followSaved } from './follow-saved.ts'

/** Starts it. */
export function live(session: OpenSession): void {
  effect(() => void setLanguage(session.settings.value.language))
  listenToKeys(session)
  keepWhenLeft(session)
  saveByItself(session)
  followSaved(session)
  void session.loadSettings()
}

/** A page that is hidden may never be told of its end. */
function keepWhenLeft(session: OpenSession): void {
  addEventListener('pagehide', () => void session.keep())
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'hidden') void session.keep()
  })
}
