import type { Session } from '../../app/session.ts'
import { t } from '../../i18n/index.ts'
import { Icon } from '../../shell/icon.tsx'
import { ICONS } from '../../shell/icons.ts'
import type { Job } from '../../../server/client/index.ts'
import { timeText } from '../../run/time-text.ts'
import { currentText, jobTitle } from '../../run/words.ts'
import { showJob } from './show-job.ts'

/** One that runs: how far it is, which node works, how long it will take. */
export function RunningJob({ session, job }: { readonly session: Session; readonly job: Job }) {
  const view = session.runs.job(job.id).value
  const share = Math.round((view?.share ?? 0) * 100)
  const left = view?.secondsLeft
  const says = view && currentText(view, session.definitions.value)
  return (
    <li class="queue-job running" data-job={job.id}>
      <div class="queue-row">
        <button type="button" class="queue-title" title={t('run.queue.show')} onClick={() => void showJob(session, job)}>{jobTitle(job)}</button>
        <button type="button" class="button quiet icon-only" aria-label={t('run.queue.cancel', { title: jobTitle(job) })} title={t('run.queue.cancelShort')}
          onClick={() => void session.runs.cancel(job.id)}>
          <Icon path={ICONS.close} />
        </button>
      </div>
      <div class="progress" role="progressbar" aria-label={jobTitle(job)} aria-valuemin={0} aria-valuemax={100} aria-valuenow={share}
        aria-valuetext={says === undefined ? `${share} %` : `${share} %, ${says}`}>
        <div style={{ width: `${share}%` }} />
      </div>
      <p class="queue-says">
        <span>{says ?? t('run.queue.begins')}</span>
        <span>{left === undefined ? `${share} %` : t('run.queue.shareLeft', { share, time: timeText(left) })}</span>
      </p>
      {job.attempts > 1 && <p class="muted">{t('run.queue.attempt', { count: job.attempts })}</p>}
    </li>
  )
}
