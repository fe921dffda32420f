import { useComputed, useSignal, useSignalEffect } from '@preact/signals'
import { useMemo } from 'preact/hooks'
import type { Job } from '../../../server/client/index.ts'
import { t } from '../../i18n/index.ts'
import { jobTitle, stateText } from '../../run/words.ts'
import { PagedList } from '../paged-list.ts'
import type { PanelProps } from '../panel.ts'
import { Details } from './details.ts'
import { HistoryRow } from './history-row.tsx'
import './history.css'

const ENDED = ['done', 'failed', 'cancelled', 'quarantined'] as const
type Ended = typeof ENDED[number]
const PAGE = 30

/** What has ended, newest first: what it made, how long it took, and again. */
export default function HistoryPanel({ session }: PanelProps) {
  const { client, runs } = session
  const state = useSignal<Ended | 'all'>('all')
  const filter = useSignal('')
  const details = useMemo(() => new Details(client), [client])
  const list = useMemo(() => new PagedList<Job>(async (after, limit) => {
    const wanted = state.peek() === 'all' ? [...ENDED] : [state.peek() as Ended]
    const { jobs, next, total } = await client.jobs.list({ state: wanted, limit, ...(after !== undefined && { after }) })
    return { items: jobs, total, ...(next !== undefined && { next }) }
  }, PAGE), [client])
  useSignalEffect(() => {
    void [runs.historyVersion.value, state.value]
    const timer = setTimeout(() => void list.refresh(), 100) // many may end together
    return () => clearTimeout(timer)
  })
  const rows = useComputed(() => {
    const wanted = filter.value.trim().toLocaleLowerCase()
    return wanted === '' ? list.state.value.items : list.state.value.items.filter((job) => `${jobTitle(job)} ${job.id}`.toLocaleLowerCase().includes(wanted))
  })
  const { state: loading, hasMore, items } = list.state.value
  return (
    <div class="history">
      <div class="history-tools">
        <input class="field" type="search" aria-label={t('run.history.filter')} placeholder={t('run.history.filter')} value={filter.value} onInput={({ currentTarget }) => { filter.value = currentTarget.value }} />
        <select class="field" aria-label={t('run.history.states')} value={state.value} onChange={({ currentTarget }) => { state.value = currentTarget.value as Ended | 'all' }}>
          <option value="all">{t('run.history.all')}</option>
          {ENDED.map((one) => <option key={one} value={one}>{stateText(one)}</option>)}
        </select>
      </div>
      <ul class="panel-list" aria-busy={loading === 'first' || loading === 'loading'}>
        {rows.value.map((job) => <HistoryRow key={job.id} session={session} job={job} details={details} />)}
      </ul>
      {loading === 'idle' && rows.value.length === 0 && <p class="muted history-note">{t(items.length === 0 && state.value === 'all' ? 'run.history.none' : 'run.history.noneFits')}</p>}
      {loading === 'failed' && <p class="history-note" role="alert">{t('run.history.failed')} <button type="button" class="button" onClick={() => void list.refresh()}>{t('run.history.retry')}</button></p>}
      {hasMore && <button type="button" class="button history-more" disabled={loading === 'loading'} onClick={() => void list.more()}>{t('run.history.more')}</button>}
    </div>
  )
}
