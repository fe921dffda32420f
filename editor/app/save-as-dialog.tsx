import { useState } from 'preact/hooks'
import { t } from '../i18n/index.ts'
import type { DialogProps } from '../shell/dialogs.ts'
import './save.css'

export interface SaveAsDialogProps extends DialogProps<string> {
  readonly name: string
  /** Names that are taken: offered while a name is written, and said when one of them is. */
  readonly names: readonly string[]
}

/** Asks under which name a workflow is saved. */
export function SaveAsDialog({ name: first, names, close }: SaveAsDialogProps) {
  const [name, setName] = useState(first)
  const submit = (event: Event) => {
    event.preventDefault()
    if (name.trim() !== '') close(name.trim())
  }
  return (
    <form class="dialog-body" onSubmit={submit}>
      <h2>{t('app.saveAs.title')}</h2>
      <label class="save-name">
        <span>{t('app.saveAs.name')}</span>
        <input class="field" autofocus list="saved-names" value={name} autocomplete="off" spellcheck={false}
          aria-describedby="save-hint" onFocus={(event) => event.currentTarget.select()} onInput={(event) => setName(event.currentTarget.value)} />
        <datalist id="saved-names">{names.map((one) => <option key={one} value={one} />)}</datalist>
      </label>
      <p id="save-hint" class="save-hint muted" aria-live="polite">{names.includes(name.trim()) ? t('app.saveAs.taken') : t('app.saveAs.hint')}</p>
      <div class="dialog-buttons">
        <button type="button" class="button" onClick={() => close()}>{t('app.cancel')}</button>
        <button type="submit" class="button primary" disabled={name.trim() === ''}>{t('app.save')}</button>
      </div>
    </form>
  )
}
