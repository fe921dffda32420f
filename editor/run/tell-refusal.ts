/** Tells the person what a server has refused, and when it may be tried again. */
import { KinographError } from '../../server/client/index.ts'
import { t } from '../i18n/index.ts'
import type { Dialogs } from '../shell/dialogs.ts'
import { timeText } from './time-text.ts'

/** What an error says to people. */
export function refusalText(error: unknown): string {
  if (!(error instanceof KinographError)) return error instanceof Error ? error.message : String(error)
  if (error.status === 0) return t('run.unreachable')
  if (error.status === 429) return error.retryAfter === undefined ? t('run.queueFull') : t('run.queueFullUntil', { time: timeText(error.retryAfter) })
  return error.message
}

export function tellRefusal(dialogs: Pick<Dialogs, 'tell'>, error: unknown): void {
  dialogs.tell({ kind: 'error', text: refusalText(error) })
}
