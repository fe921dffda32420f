import { errorText } from '../commands/error-text.ts'
import { t } from '../i18n/index.ts'
import type { Answer } from './use-answer.ts'

/** While an answer is on its way, and when it does not come. */
export function AnswerNote({ answer: { value, error, reload } }: { readonly answer: Answer<unknown> }) {
  if (error !== undefined) return <p class="panel-note value-problem" role="alert">{errorText(error)} <button type="button" class="button" onClick={reload}>{t('app.retry')}</button></p>
  return value === undefined ? <p class="panel-note muted" role="status">{t('app.loading')}</p> : null
}
