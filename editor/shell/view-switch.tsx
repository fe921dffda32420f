import type { Session, ViewName } from '../app/session.ts'
import { t, type TextKey } from '../i18n/index.ts'
import { Icon } from './icon.tsx'
import { ICONS } from './icons.ts'

const VIEWS: readonly { readonly id: ViewName; readonly title: TextKey; readonly icon: string }[] = [
  { id: 'graph', title: 'app.viewGraph', icon: ICONS.graph },
  { id: 'form', title: 'app.viewForm', icon: ICONS.form },
  { id: 'list', title: 'app.viewList', icon: ICONS.list },
]

/** Graph, form or list: a group of radio buttons. */
export function ViewSwitch({ session: { view } }: { readonly session: Session }) {
  const onKeyDown = (event: KeyboardEvent & { readonly currentTarget: HTMLElement }) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key]
    if (step === undefined) return
    event.preventDefault()
    const next = (VIEWS.findIndex(({ id }) => id === view.value) + step + VIEWS.length) % VIEWS.length
    view.value = VIEWS[next]!.id
    event.currentTarget.querySelectorAll('button')[next]?.focus()
  }
  return (
    <div class="view-switch" role="radiogroup" aria-label={t('app.views')} onKeyDown={onKeyDown}>
      {VIEWS.map(({ id, title, icon }) => (
        <button key={id} type="button" role="radio" aria-checked={view.value === id} aria-label={t(title)} title={t(title)}
          tabIndex={view.value === id ? 0 : -1} onClick={() => { view.value = id }}>
          <Icon path={icon} size={16} /><span>{t(title)}</span>
        </button>
      ))}
    </div>
  )
}
