import { useEffect, useRef, useState } from 'preact/hooks'
import type { Job, JobResult } from '../../../server/client/index.ts'
import type { Session } from '../../app/session.ts'
import { t } from '../../i18n/index.ts'
import { problemText } from '../../../core/workflow/problem.ts'
import { filesOfResult } from '../../run/media.ts'
import { timeText } from '../../run/time-text.ts'
import { jobTitle, stateText, whenText } from '../../run/words.ts'
import { Icon } from '../../shell/icon.tsx'
import { ICONS } from '../../shell/icons.ts'
import { openPlayer } from '../player/open-player.ts'
import { showJob } from '../queue/show-job.ts'
import { compareWithPresent } from './compare.ts'
import type { Details } from './details.ts'

interface HistoryRowProps {
  readonly session: Session
  readonly job: Job
  readonly details: Details
}

/** One that ended. */
export function HistoryRow({ session, job, details }: HistoryRowProps) {
  const row = useRef<HTMLLIElement>(null)
  const isSeen = useSeen(row)
  const result = isSeen ? details.of(job.id).value : undefined
  const title = jobTitle(job)
  return (
    <li ref={row} class="history-row" data-job={job.id} data-state={job.state}>
      <Thumbnail session={session} title={title} result={result} />
      <div class="history-about">
        <p class="history-title" title={title}>{title}</p>
        <p class="history-facts">
          <span class={`history-state ${job.state}`}>{stateText(job.state)}</span>
          {job.ended !== undefined && <time dateTime={new Date(job.ended).toISOString()}>{whenText(job.ended)}</time>}
          {result !== undefined && <span>{t('run.history.took', { time: timeText(result.seconds) })}</span>}
          {result !== undefined && <Seeds result={result} />}
        </p>
        {job.problem !== undefined && job.state !== 'cancelled' && <p class="history-problem">{problemText(job.problem)}</p>}
      </div>
      <div class="history-buttons">
        <button type="button" class="button" title={t('run.history.againHint')} onClick={() => void session.runs.rerun(job.id)}><Icon path={ICONS.repeat} size={16} />{t('run.history.again')}</button>
        <button type="button" class="button" onClick={() => void session.runs.openGraph(job.id)}><Icon path={ICONS.graph} size={16} />{t('run.history.open')}</button>
        <button type="button" class="button icon-only" aria-haspopup="menu" aria-label={t('run.history.actions', { title })} onClick={({ currentTarget }) => showMenu(session, job, currentTarget)}><Icon path={ICONS.more} /></button>
      </div>
    </li>
  )
}

function showMenu(session: Session, job: Job, button: Element): void {
  const { left, bottom } = button.getBoundingClientRect()
  session.dialogs.menu([
    { label: t('run.history.show'), run: () => void showJob(session, job) },
    { label: t('run.history.compare'), run: () => void compareWithPresent(session, job) },
    'separator',
    { label: t('run.history.forget'), run: () => void session.runs.forget(job.id) },
  ], [left, bottom + 4])
}

function Seeds({ result: { seeds } }: { readonly result: JobResult }) {
  const [first] = seeds
  if (first === undefined) return null
  const all = seeds.map(({ node, input, value }) => `${node}.${input} = ${value}`).join(', ')
  return <span class="history-seeds" title={t('run.history.seeds', { seeds: all })}>{t('run.history.seed', { value: seeds.map(({ value }) => value).slice(0, 3).join(', ') })}</span>
}

function Thumbnail({ session, title, result }: { readonly session: Session; readonly title: string; readonly result: JobResult | undefined }) {
  const files = result === undefined ? [] : filesOfResult(result)
  const [first] = files
  const [isBroken, setBroken] = useState(false)
  if (first === undefined || isBroken) return <div class="history-picture" />
  return (
    <button type="button" class="history-picture" aria-label={t('run.history.play', { title })} title={t('run.history.play', { title })} onClick={() => void openPlayer(session, files, 0)}>
      <img src={session.client.assets.thumbnailUrl(first.root, first.path, 160)} alt="" width={72} height={72} loading="lazy" onError={() => setBroken(true)} />
    </button>
  )
}

/** Whether an element has come near the screen. */
function useSeen(element: { readonly current: Element | null }): boolean {
  const [isSeen, setSeen] = useState(false)
  useEffect(() => {
    const observer = new IntersectionObserver((entries) => {
      if (!entries.some(({ isIntersecting }) => isIntersecting)) return
      setSeen(true)
      observer.disconnect()
    }, { rootMargin: '200px' })
    observer.observe(element.current!)
    return () => observer.disconnect()
  }, [])
  return isSeen
}
