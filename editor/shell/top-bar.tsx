import type { Session } from '../app/session.ts'
import { t } from '../i18n/index.ts'
import { Icon } from './icon.tsx'
import { ICONS } from './icons.ts'
import { mainMenu } from './main-menu.ts'
import { RunControls } from './run-controls.tsx'
import { TabStrip } from './tab-strip.tsx'
import { ViewSwitch } from './view-switch.tsx'
import './top-bar.css'

/** Menu, open workflows, views, and running. */
export function TopBar({ session }: { readonly session: Session }) {
  const openMenu = (event: Event & { readonly currentTarget: HTMLElement }) => {
    const { left, bottom } = event.currentTarget.getBoundingClientRect()
    session.dialogs.menu(mainMenu(session), [left, bottom + 4])
  }
  return (
    <header class="top-bar">
      <button type="button" class="button quiet top-menu" aria-haspopup="menu" aria-label={t('app.menu')} title={t('app.menu')} onClick={openMenu}>
        <Logo />
        <Icon path={ICONS.chevronDown} size={14} />
      </button>
      <TabStrip session={session} />
      <ViewSwitch session={session} />
      <RunControls session={session} />
    </header>
  )
}

function Logo() {
  return (
    <svg class="logo" viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="7" class="logo-ground" />
      <path d="M8 8h6v6H8zM18 18h6v6h-6z" class="logo-nodes" />
      <path d="M14 11h4a3 3 0 0 1 3 3v4" class="logo-link" />
    </svg>
  )
}
