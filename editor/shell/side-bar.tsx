import { useRef } from 'preact/hooks'
import type { Session } from '../app/session.ts'
import { PANELS } from '../panels/index.ts'
import { t } from '../i18n/index.ts'
import { Icon } from './icon.tsx'
import { ICONS } from './icons.ts'
import { Lazy } from './lazy.tsx'
import { shownKeys } from './shown-keys.ts'
import './side-bar.css'

/** Buttons of all panels, and the one that is open. */
export function SideBar({ session }: { readonly session: Session }) {
  const open = PANELS.find(({ id }) => id === session.panel.value)
  const section = useRef<HTMLElement>(null)
  return (
    <div class="side-bar">
      <nav class="rail" aria-label={t('app.panels')}>
        {PANELS.map((panel) => {
          const keys = shownKeys(session.commands.keysOf(`panel.${panel.id}`))
          return (
            <button key={panel.id} type="button" class="rail-button" aria-pressed={panel === open} title={keys === '' ? t(panel.title) : `${t(panel.title)} (${keys})`}
              onClick={() => { session.panel.value = panel === open ? undefined : panel.id }}>
              <Icon path={panel.icon} size={20} /><span>{t(panel.title)}</span>
            </button>
          )
        })}
      </nav>
      {open !== undefined && (
        <section ref={section} class="panel" aria-label={t(open.title)} data-panel={open.id} onKeyDown={(event) => {
          if (event.key === 'Escape' && !event.defaultPrevented) session.panel.value = undefined
        }}>
          <header class="panel-head">
            <h2>{t(open.title)}</h2>
            <button type="button" class="button quiet icon-only" aria-label={t('app.closePanel')} title={t('app.closePanel')} onClick={() => { session.panel.value = undefined }}>
              <Icon path={ICONS.close} />
            </button>
          </header>
          <div class="panel-body"><Lazy key={open.id} load={open.load} props={{ session }} /></div>
        </section>
      )}
    </div>
  )
}
