/** Spans of time as people say them. */
import { t } from '../i18n/index.ts'

/** "12 s", "3 min 20 s", "2 h 5 min". */
export function timeText(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds))
  if (whole < 60) return t('run.seconds', { seconds: whole })
  const minutes = Math.floor(whole / 60)
  if (whole < 3600) return t('run.minutes', { minutes, seconds: whole % 60 })
  return t('run.hours', { hours: Math.floor(minutes / 60), minutes: minutes % 60 })
}
