import { t } from '../i18n/index.ts'
import type { DialogProps } from '../shell/dialogs.ts'

export type CloseAnswer = 'save' | 'drop'

export interface CloseDialogProps extends DialogProps<CloseAnswer> {
  readonly title: string
}

/** Asks what becomes of changes that were saved nowhere. */
export function CloseDialog({ title, close }: CloseDialogProps) {
  return (
    <div class="dialog-body">
      <p class="dialog-question">{t('app.close.question', { title })}</p>
      <div class="dialog-buttons">
        <button type="button" class="button" onClick={() => close()}>{t('app.cancel')}</button>
        <button type="button" class="button danger" onClick={() => close('drop')}>{t('app.close.drop')}</button>
        <button type="button" class="button primary" autofocus onClick={() => close('save')}>{t('app.close.save')}</button>
      </div>
    </div>
  )
}
