import type { Session } from '../app/session.ts'
import type { Settings } from '../app/settings.ts'
import { t, type TextKey } from '../i18n/index.ts'
import { Icon } from './icon.tsx'
import { ICONS } from './icons.ts'
import { shownKeys } from './shown-keys.ts'
import './run-controls.css'

const MAX_BATCH = 100

const AUTO: readonly { readonly mode: Settings['autoQueue']; readonly title: TextKey }[] = [
  { mode: 'off', title: 'app.autoQueueOff' },
  { mode: 'change', title: 'app.autoQueueChange' },
  { mode: 'instant', title: 'app.autoQueueInstant' },
]

/** How often, whether again, run, cancel, and how long the queue is. */
export function RunControls({ session }: { readonly session: Session }) {
  const { running, queuedCount } = session.runs.queue.value
  const waiting = running.length + queuedCount
  const current = running[0]
  const keys = shownKeys(session.commands.keysOf('run.queue'))
  return (
    <div class="run-controls">
      <BatchCount session={session} />
      <AutoQueue session={session} />
      <button type="button" class="button primary run-button" title={keys === '' ? t('app.runTitle') : `${t('app.runTitle')} (${keys})`}
        onClick={() => void session.runs.run(session.document.value)}>
        <Icon path={ICONS.play} size={16} />{t('app.run')}
      </button>
      <button type="button" class="button quiet icon-only" disabled={current === undefined} aria-label={t('app.cancelRun')} title={t('app.cancelRun')}
        onClick={() => { if (current !== undefined) void session.runs.cancel(current.id) }}>
        <Icon path={ICONS.stop} />
      </button>
      <button type="button" class="button quiet queue-length" aria-label={t('app.queueLength', { count: waiting })} title={t('app.queueLength', { count: waiting })}
        aria-pressed={session.panel.value === 'queue'}
        onClick={() => { session.panel.value = session.panel.value === 'queue' ? undefined : 'queue' }}>
        <span class={waiting > 0 ? 'badge accent' : 'badge'}>{waiting}</span>
      </button>
    </div>
  )
}

function BatchCount({ session }: { readonly session: Session }) {
  const { batch } = session.settings.value
  return (
    <input class="field batch-count" type="number" min={1} max={MAX_BATCH} step={1} value={batch} aria-label={t('app.batch')} title={t('app.batch')}
      onChange={({ currentTarget }) => {
        const wanted = Math.round(Number(currentTarget.value))
        const next = Math.min(MAX_BATCH, Math.max(1, Number.isFinite(wanted) ? wanted : batch))
        session.changeSettings({ batch: next })
        currentTarget.value = String(next)
      }} />
  )
}

function AutoQueue({ session }: { readonly session: Session }) {
  const { autoQueue } = session.settings.value
  const title = `${t('app.autoQueue')}: ${t(AUTO.find(({ mode }) => mode === autoQueue)!.title)}`
  return (
    <button type="button" class="button quiet icon-only" aria-haspopup="menu" aria-pressed={autoQueue !== 'off'} aria-label={title} title={title}
      onClick={({ currentTarget }) => {
        const { left, bottom } = currentTarget.getBoundingClientRect()
        session.dialogs.menu(AUTO.map(({ mode, title }) => ({
          label: t(title), isChecked: mode === session.settings.value.autoQueue, run: () => session.changeSettings({ autoQueue: mode }),
        })), [left, bottom + 4])
      }}>
      <Icon path={ICONS.repeat} />
    </button>
  )
}
