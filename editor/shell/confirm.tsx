import { t } from '../i18n/index.ts'
import type { DialogProps } from './dialogs.ts'

export interface ConfirmProps extends DialogProps<boolean> {
  readonly question: string
  readonly action: string
}

/** Asks whether to go on. */
export function Confirm({ question, action, close }: ConfirmProps) {
  return (
    <div class="dialog-body">
      <p class="dialog-question">{question}</p>
      <div class="dialog-buttons">
        <button type="button" class="button" onClick={() => close(false)}>{t('app.cancel')}</button>
        <button type="button" class="button primary" autofocus onClick={() => close(true)}>{action}</button>
      </div>
    </div>
  )
}
