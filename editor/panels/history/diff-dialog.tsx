import type { WorkflowDiff } from '../../../core/workflow/diff.ts'
import { t } from '../../i18n/index.ts'
import type { DialogProps } from '../../shell/dialogs.ts'

export interface DiffDialogProps extends DialogProps<undefined> {
  readonly title: string
  readonly diff: WorkflowDiff
}

/** What differs, a line each. */
export function DiffDialog({ title, diff: { changes, layout }, close }: DiffDialogProps) {
  return (
    <div class="dialog-body diff">
      <h2>{title}</h2>
      {changes.length === 0 ? <p>{t('run.diff.none')}</p> : (
        <ul class="diff-list">{changes.map(({ change, text }, index) => <li key={index} class={change}>{text}</li>)}</ul>
      )}
      {layout !== undefined && <p class="muted">{t('run.diff.layout', { layout })}</p>}
      <div class="dialog-buttons"><button type="button" class="button primary" autofocus onClick={() => close()}>{t('run.diff.close')}</button></div>
    </div>
  )
}
