/** What the page shows while the server can't be asked: why, what to do, and that it goes on by itself. */
import { t } from '../i18n/index.ts'
import './away.css'

interface AwayProps {
  readonly reason: 'unreachable' | 'token'
  /** What exactly was said, where that tells more. */
  readonly detail: string
  readonly retry: () => void
}

export function Away({ reason, detail, retry }: AwayProps) {
  const next = encodeURIComponent(location.pathname + location.search)
  return (
    <main class="away">
      <h1>{t(reason === 'token' ? 'app.away.token' : 'app.away.title')}</h1>
      <p>{t(reason === 'token' ? 'app.away.tokenText' : 'app.away.text')}</p>
      {detail !== '' && <p class="muted">{detail}</p>}
      {reason === 'token'
        ? <a class="button primary" href={`/login?next=${next}`}>{t('app.away.logIn')}</a>
        : <button type="button" class="button primary" onClick={retry}>{t('app.away.retry')}</button>}
    </main>
  )
}
