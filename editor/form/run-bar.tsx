import type { EditorDocument } from '../app/document.ts'
import type { Session } from '../app/session.ts'
import { t } from '../i18n/index.ts'
import { Icon } from '../shell/icon.tsx'
import { ICONS } from '../shell/icons.ts'

interface RunBarProps {
  readonly session: Session
  readonly document: EditorDocument
}

/** Run, and what cancels it. */
export function RunBar({ session, document }: RunBarProps) {
  const job = session.runs.shown(document).value?.job
  const isUnderWay = job?.state === 'running' || job?.state === 'queued'
  return (
    <div class="form-run">
      <button type="button" class="button primary form-run-button" onClick={() => void session.runs.run(document)}><Icon path={ICONS.play} size={16} />{t('app.run')}</button>
      {isUnderWay && <button type="button" class="button form-run-button" onClick={() => void session.runs.cancel(job.id)}><Icon path={ICONS.stop} size={16} />{t('app.cancel')}</button>}
    </div>
  )
}
