/** The whole page: bars around the views of the document, and what lies over them. */
import '../theme/theme.css'
import '../theme/controls.css'
import { useSignalEffect } from '@preact/signals'
import { useMemo } from 'preact/hooks'
import type { Session } from '../app/session.ts'
import { DropHint } from '../files/drop-hint.tsx'
import { t } from '../i18n/index.ts'
import { shownTheme } from '../theme/shown-theme.ts'
import { ConnectionBanner } from './connection.tsx'
import { DialogHost } from './dialog-host.tsx'
import { SideBar } from './side-bar.tsx'
import { Stage } from './stage.tsx'
import { StatusBar } from './status-bar.tsx'
import { Toasts } from './toasts.tsx'
import { TopBar } from './top-bar.tsx'
import './shell.css'

/** The editor's frame around a session. */
export function Shell({ session }: { readonly session: Session }) {
  const theme = useMemo(() => shownTheme(session.settings), [session])
  useSignalEffect(() => { document.documentElement.dataset['theme'] = theme.value })
  return (
    <div class="shell" data-focus={session.focusMode.value}>
      <a class="skip-link" href="#stage">{t('app.skip')}</a>
      <TopBar session={session} />
      <SideBar session={session} />
      <Stage session={session} theme={theme} />
      <StatusBar session={session} />
      <ConnectionBanner session={session} />
      <DropHint />
      <Toasts dialogs={session.dialogs} />
      <DialogHost dialogs={session.dialogs} />
    </div>
  )
}
