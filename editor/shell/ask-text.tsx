import { useState } from 'preact/hooks'
import type { Rectangle } from '../graph/scene.ts'
import { t } from '../i18n/index.ts'
import type { DialogProps } from './dialogs.ts'

export interface AskTextProps extends DialogProps<string> {
  readonly label: string
  readonly value: string
  /** In CSS pixels of the window; in the middle when left out. */
  readonly over?: Rectangle | undefined
}

/** One line of text: over what it names, or as a dialog of its own. */
export function AskText({ label, value, over, close }: AskTextProps) {
  const [text, setText] = useState(value)
  const field = (
    <input class="field" type="text" aria-label={label} value={text} autofocus spellcheck={false} autocomplete="off"
      onFocus={(event) => event.currentTarget.select()} onInput={(event) => setText(event.currentTarget.value)} />
  )
  const submit = (event: Event) => {
    event.preventDefault()
    close(text)
  }
  if (over !== undefined) {
    const [left, top, width, height] = over
    const place = { left: `${left}px`, top: `${top}px`, width: `${Math.max(120, width)}px`, height: `${Math.max(24, height)}px` }
    return <form class="text-over" style={place} onSubmit={submit} onFocusOut={() => close(text)}>{field}</form>
  }
  return (
    <form class="dialog-body" onSubmit={submit}>
      <h2>{label}</h2>
      {field}
      <div class="dialog-buttons">
        <button type="button" class="button" onClick={() => close()}>{t('app.cancel')}</button>
        <button type="submit" class="button primary">{t('app.ok')}</button>
      </div>
    </form>
  )
}
