/** The page: makes the session and draws the shell. */
import { render } from 'preact'
import { createClient } from '../server/client/index.ts'
import { createSession } from './app/browser-session.ts'
import type { Session } from './app/session.ts'
import { live } from './app/live.ts'
import { reach } from './app/reach.tsx'
import { setLanguage } from './i18n/index.ts'
import { Shell } from './shell/shell.tsx'
import { shownTheme } from './theme/shown-theme.ts'

declare global {
  /** For tests, and for people at the console. */
  var kinograph: { readonly session: Session } | undefined
}

/** Not by awaiting at the top of the module: what is loaded later could then share nothing with this file. */
async function start(place: HTMLElement): Promise<void> {
  void import('./litegraph/index.ts').catch(() => {}) // on its way before the shell asks for it
  const session = await createSession(createClient())
  globalThis.kinograph = { session }
  document.documentElement.dataset['theme'] = shownTheme(session.settings).peek()
  await setLanguage(session.settings.value.language)
  await reach(session, place)
  live(session)
  render(<Shell session={session} />, place)
}

void start(document.getElementById('editor')!)
