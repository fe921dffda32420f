import type { Session } from '../app/session.ts'
import { t } from '../i18n/index.ts'
import { Icon } from './icon.tsx'
import { ICONS } from './icons.ts'
import './connection.css'

/** Says that the server does not answer, for as long as it does not. Lies over the stage, so that nothing moves. */
export function ConnectionBanner({ session }: { readonly session: Session }) {
  const isLost = session.runs.connection.value === 'lost'
  return (
    <div class="connection-banner" role="status">
      {isLost && <p><Icon path={ICONS.offline} />{t('app.connectionLost')}</p>}
    </div>
  )
}
