import { t } from '../i18n/index.ts'
import type { Dialogs, Toast } from './dialogs.ts'
import { Icon } from './icon.tsx'
import { ICONS } from './icons.ts'
import './toasts.css'

const SIGNS: Readonly<Record<Toast['kind'], string>> = { info: ICONS.info, success: ICONS.success, warning: ICONS.warning, error: ICONS.error }

/** What was told last, in a corner. Said aloud by screen readers, errors at once. */
export function Toasts({ dialogs }: { readonly dialogs: Dialogs }) {
  return (
    <section class="toasts" aria-label={t('app.messages')}>
      {dialogs.toasts.value.map(({ id, kind, text, action }) => (
        <div key={id} class={`toast ${kind}`} role={kind === 'error' ? 'alert' : 'status'}>
          <Icon path={SIGNS[kind]} />
          <p>{text}</p>
          {action !== undefined && (
            <button type="button" class="button quiet" onClick={() => {
              dialogs.dismissToast(id)
              action.run()
            }}>{action.label}</button>
          )}
          <button type="button" class="button quiet icon-only" aria-label={t('app.dismiss')} onClick={() => dialogs.dismissToast(id)}>
            <Icon path={ICONS.close} size={14} />
          </button>
        </div>
      ))}
    </section>
  )
}
