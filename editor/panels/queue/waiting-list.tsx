import { useSignal } from '@preact/signals'
import type { Session } from '../../app/session.ts'
import { t } from '../../i18n/index.ts'
import { Icon } from '../../shell/icon.tsx'
import { ICONS } from '../../shell/icons.ts'
import type { Job } from '../../../server/client/index.ts'
import { jobTitle } from '../../run/words.ts'
import { droppedAt, moveTo } from './moves.ts'
import { showJob } from './show-job.ts'

interface WaitingListProps {
  readonly session: Session
  readonly jobs: readonly Job[]
  readonly total: number
}

interface Drag {
  readonly from: number
  /** Where it would go now, counted in the list with it. */
  readonly over?: number
}

/** Those that wait, in their order; rows are dragged, or moved with their buttons. */
export function WaitingList({ session, jobs, total }: WaitingListProps) {
  const drag = useSignal<Drag | undefined>(undefined)
  const ids = jobs.map(({ id }) => id)
  const isWhole = total <= jobs.length
  const move = (from: number, to: number) => {
    const where = moveTo(ids, from, to, isWhole)
    if (where !== undefined) void session.runs.move(ids[from]!, where)
  }
  const over = (event: DragEvent, row: number) => {
    if (drag.value === undefined) return
    event.preventDefault()
    drag.value = { from: drag.value.from, over: isLowerHalf(event) ? row + 1 : row }
  }
  const drop = (event: DragEvent, row: number) => {
    event.preventDefault()
    const from = drag.value?.from
    drag.value = undefined
    if (from !== undefined) move(from, droppedAt(from, row, isLowerHalf(event)))
  }
  return (
    <>
      <ol class="queue-list" data-list="waiting">
        {jobs.map((job, row) => (
          <li key={job.id} class={rowClass(drag.value, row, jobs.length)} data-job={job.id} draggable
            onDragStart={(event) => {
              event.dataTransfer?.setData('text/plain', jobTitle(job))
              drag.value = { from: row }
            }}
            onDragOver={(event) => over(event, row)} onDrop={(event) => drop(event, row)} onDragEnd={() => { drag.value = undefined }}>
            <span class="queue-place" aria-hidden="true">{row + 1}</span>
            <button type="button" class="queue-title" title={t('run.queue.show')} onClick={() => void showJob(session, job)}>{jobTitle(job)}</button>
            <RowButton label={t('run.queue.front', { title: jobTitle(job) })} icon="M6 5h12M12 20V9M7 14l5-5 5 5" isDisabled={row === 0} onClick={() => move(row, 0)} />
            <RowButton label={t('run.queue.up', { title: jobTitle(job) })} icon="M12 19V6M6.5 11.5L12 6l5.5 5.5" isDisabled={row === 0} onClick={() => move(row, row - 1)} />
            <RowButton label={t('run.queue.down', { title: jobTitle(job) })} icon="M12 5v13M6.5 12.5L12 18l5.5-5.5" isDisabled={row === jobs.length - 1} onClick={() => move(row, row + 1)} />
            <RowButton label={t('run.queue.cancel', { title: jobTitle(job) })} icon={ICONS.close} isDisabled={false} onClick={() => void session.runs.cancel(job.id)} />
          </li>
        ))}
      </ol>
      {total > jobs.length && <p class="muted queue-none">{t('run.queue.more', { count: total - jobs.length })}</p>}
    </>
  )
}

function isLowerHalf({ currentTarget, clientY }: DragEvent): boolean {
  if (!(currentTarget instanceof Element)) return false
  const { top, height } = currentTarget.getBoundingClientRect()
  return clientY > top + height / 2
}

function rowClass(drag: Drag | undefined, row: number, count: number): string {
  const parts = ['queue-job waiting']
  if (drag?.from === row) parts.push('dragged')
  if (drag?.over === row) parts.push('drop-above')
  if (drag?.over === count && row === count - 1) parts.push('drop-below')
  return parts.join(' ')
}

interface RowButtonProps {
  readonly label: string
  readonly icon: string
  readonly isDisabled: boolean
  readonly onClick: () => void
}

function RowButton({ label, icon, isDisabled, onClick }: RowButtonProps) {
  // aria-disabled: a button that has just moved its row to the top keeps the focus.
  return (
    <button type="button" class="button quiet icon-only" aria-label={label} title={label} aria-disabled={isDisabled} onClick={() => { if (!isDisabled) onClick() }}>
      <Icon path={icon} size={16} />
    </button>
  )
}
