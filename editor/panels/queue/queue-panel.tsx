import { t } from '../../i18n/index.ts'
import { Icon } from '../../shell/icon.tsx'
import { ICONS } from '../../shell/icons.ts'
import type { PanelProps } from '../panel.ts'
import { RunningJob } from './running-job.tsx'
import { WaitingList } from './waiting-list.tsx'
import './queue.css'

/** What runs, how far it is, and what waits behind it. */
export default function QueuePanel({ session }: PanelProps) {
  const { running, queued, queuedCount, isPaused } = session.runs.queue.value
  return (
    <div class="queue">
      <div class="queue-tools">
        <button type="button" class="button" aria-pressed={isPaused} onClick={() => void (isPaused ? session.runs.resume() : session.runs.pause())}>
          <Icon path={isPaused ? ICONS.play : 'M8 6v12M16 6v12'} size={16} />{t(isPaused ? 'run.queue.resume' : 'run.queue.pause')}
        </button>
        <button type="button" class="button" disabled={queuedCount === 0} onClick={() => void session.commands.run('run.clearQueue')}>{t('run.queue.clear')}</button>
      </div>
      {isPaused && <p class="queue-paused" role="status">{t('run.queue.paused')}</p>}
      <h3>{t('run.queue.running')}</h3>
      {running.length === 0 ? <p class="muted queue-none">{t('run.queue.nothingRuns')}</p> : (
        <ul class="queue-list" data-list="running">
          {running.map((job) => <RunningJob key={job.id} session={session} job={job} />)}
        </ul>
      )}
      <h3>{t('run.queue.waiting', { count: queuedCount })}</h3>
      {queued.length === 0 ? <p class="muted queue-none">{t('run.queue.nothingWaits')}</p> : <WaitingList session={session} jobs={queued} total={queuedCount} />}
      <button type="button" class="button quiet queue-history" onClick={() => { session.panel.value = 'history' }}>
        <Icon path={ICONS.history} size={16} />{t('run.queue.history')}
      </button>
    </div>
  )
}
