/** What is said of jobs. */
import type { Definitions } from '../../core/types/definition.ts'
import type { Job } from '../../server/client/index.ts'
import { language, t, type TextKey } from '../i18n/index.ts'
import type { JobView } from './run-book.ts'

const STATES: Readonly<Record<Job['state'], TextKey>> = {
  queued: 'run.state.queued', running: 'run.state.running', done: 'run.state.done', failed: 'run.state.failed',
  cancelled: 'run.state.cancelled', quarantined: 'run.state.quarantined',
}

export function stateText(state: Job['state']): string {
  return t(STATES[state])
}

export function jobTitle({ title }: Pick<Job, 'title'>): string {
  return title === '' ? t('run.untitled') : title
}

/** The node that works now, and what it says: "Sampler: step 7 of 20, 12 s left". */
export function currentText({ current }: Pick<JobView, 'current'>, definitions: Definitions): string | undefined {
  if (current === undefined) return undefined
  const { node, type, title, text } = current
  const name = title ?? (type === undefined ? undefined : definitions.get(type)?.title ?? type) ?? node
  return text === undefined ? name : t('run.nodeSays', { node: name, text })
}

/** A time of today as "14:05", of another day with its date. */
export function whenText(milliseconds: number, now = Date.now()): string {
  const [time, today] = [new Date(milliseconds), new Date(now)]
  const isToday = time.toDateString() === today.toDateString()
  const locale = language.value === 'zh' ? 'zh-CN' : 'en-GB'
  return time.toLocaleString(locale, { hour: '2-digit', minute: '2-digit', ...(!isToday && { day: 'numeric', month: 'short', ...(time.getFullYear() !== today.getFullYear() && { year: 'numeric' }) }) })
}

/** "1.2 MB" */
export function bytesText(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  let [size, unit] = [bytes, 0]
  while (size >= 1000 && unit < units.length - 1) [size, unit] = [size / 1000, unit + 1]
  return `${unit === 0 || size >= 100 ? Math.round(size) : size.toFixed(1)} ${units[unit]}`
}
