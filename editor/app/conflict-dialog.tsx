import { language, t } from '../i18n/index.ts'
import type { DialogProps } from '../shell/dialogs.ts'
import type { SaveConflict } from './conflict.ts'
import './save.css'

export type ConflictAnswer = 'mine' | 'theirs' | 'other' | 'merge'

export interface ConflictDialogProps extends DialogProps<ConflictAnswer> {
  readonly name: string
  /** When they saved it, in milliseconds since 1970. */
  readonly modified?: number
  readonly conflict: SaveConflict
}

/** Says that somebody else was faster, and what both did; asks what becomes of it. */
export function ConflictDialog({ name, modified, conflict, close }: ConflictDialogProps) {
  const time = modified === undefined ? '' : new Date(modified).toLocaleTimeString(language.value === 'zh' ? 'zh-CN' : 'en-GB')
  const canMerge = conflict.merged !== undefined
  return (
    <div class="dialog-body conflict">
      <h2>{t('app.conflict.title', { name })}</h2>
      <p>{time === '' ? t('app.conflict.who') : t('app.conflict.when', { time })} {t(canMerge ? 'app.conflict.mergeable' : 'app.conflict.clashing')}</p>
      <div class="conflict-sides">
        <Side title={t('app.conflict.theirs')} lines={conflict.theirs} />
        <Side title={t('app.conflict.mine')} lines={conflict.mine} />
      </div>
      {conflict.clashes.length > 0 && <Side title={t('app.conflict.clashes')} lines={conflict.clashes} />}
      <div class="dialog-buttons">
        <button type="button" class="button" onClick={() => close()}>{t('app.conflict.later')}</button>
        <button type="button" class="button" onClick={() => close('other')}>{t('app.conflict.saveOther')}</button>
        <button type="button" class="button" onClick={() => close('theirs')}>{t('app.conflict.takeTheirs')}</button>
        <button type="button" class="button danger" onClick={() => close('mine')}>{t('app.conflict.keepMine')}</button>
        {canMerge && <button type="button" class="button primary" autofocus onClick={() => close('merge')}>{t('app.conflict.merge')}</button>}
      </div>
    </div>
  )
}

function Side({ title, lines }: { readonly title: string; readonly lines: readonly string[] }) {
  return (
    <section class="conflict-side">
      <h3>{title}</h3>
      <ul>{lines.map((line) => <li key={line}>{line}</li>)}</ul>
    </section>
  )
}
