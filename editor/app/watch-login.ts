/** Notices that the server wants a token again: sessions of browsers end with the server, and after some hours. */
import { effect } from '@preact/signals'
import { t } from '../i18n/index.ts'
import type { OpenSession } from './create-session.ts'

/** Milliseconds between two looks while there is no connection. */
const PERIOD = 4000

/** Begins to look whenever the connection is lost. @returns what ends it */
export function watchLogin(session: OpenSession): () => void {
  let timer: ReturnType<typeof setInterval> | undefined
  const stop = effect(() => {
    clearInterval(timer)
    if (session.runs.connection.value !== 'lost') return
    timer = setInterval(() => void look(), PERIOD)
  })
  const look = async () => {
    const answer = await fetch('/login/session', { cache: 'no-store' }).catch(() => undefined) // still away
    if (answer?.status !== 401) return
    clearInterval(timer)
    session.dialogs.tell({ kind: 'warning', text: t('app.away.tokenText'), action: { label: t('app.away.logIn'), run: () => void logIn(session) } })
  }
  return () => {
    stop()
    clearInterval(timer)
  }
}

/** All that is open comes back after it. */
async function logIn(session: OpenSession): Promise<void> {
  await session.keep()
  location.assign(`/login?next=${encodeURIComponent(location.pathname + location.search)}`)
}
