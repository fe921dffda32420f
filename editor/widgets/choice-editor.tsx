import { useState } from 'preact/hooks'
import { t } from '../i18n/index.ts'
import { Icon } from '../shell/icon.tsx'
import { ICONS } from '../shell/icons.ts'
import { ChoiceList } from './choice-list.tsx'
import { Popup } from './popup.tsx'
import { UploadButton } from './upload-button.tsx'
import { useRemoteChoices } from './use-remote-choices.ts'
import type { ValueEditorProps } from './value-editor.tsx'
import type { Widget } from './widget.ts'

type ChoiceProps = ValueEditorProps<Extract<Widget, { readonly kind: 'choice' }>>

/** One of several: a button that opens a list to filter. Over a canvas, the list alone. */
export function ChoiceEditor(props: ChoiceProps) {
  const { look, label, value, id, describedBy, leave, widget } = props
  const [isOpen, setOpen] = useState(false)
  if (look === 'over') return <Popup leave={() => leave?.()}><Choices {...props} leave={() => leave?.()} /></Popup>
  const isMissing = typeof value === 'string' && widget.remote === undefined && !widget.choices.includes(value)
  return (
    <div class="value-choice">
      <button type="button" id={id} class="field value-choice-button" aria-haspopup="listbox" aria-expanded={isOpen} aria-invalid={isMissing}
        aria-label={id === undefined ? label : undefined} aria-describedby={describedBy} onClick={() => setOpen(!isOpen)}
        onKeyDown={(event) => {
          if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return
          event.preventDefault()
          setOpen(true)
        }}>
        <span>{typeof value === 'string' && value !== '' ? value : t('widgets.choose')}</span><Icon path={ICONS.chevronDown} size={14} />
      </button>
      {isOpen && <Popup leave={() => setOpen(false)}><Choices {...props} leave={() => setOpen(false)} /></Popup>}
    </div>
  )
}

function Choices({ session, widget, label, value, commit, leave }: ChoiceProps & { readonly leave: () => void }) {
  const remote = useRemoteChoices(widget.remote)
  const choices = widget.remote === undefined ? widget.choices : remote.choices
  const choose = (choice: string) => {
    leave()
    commit(choice)
  }
  const { upload } = widget
  const hasPictures = upload === 'image' || upload === 'video'
  return (
    <ChoiceList label={label} choices={choices} value={typeof value === 'string' ? value : undefined} choose={choose} leave={leave}
      thumbnail={hasPictures ? (choice) => session.client.assets.thumbnailUrl('input', choice, 64) : undefined}>
      {remote.problem !== undefined && <p class="choice-note value-problem" role="alert">{t('widgets.choicesFailed', { reason: remote.problem })}</p>}
      {(upload !== undefined || widget.remote !== undefined) && (
        <div class="choice-actions">
          {upload !== undefined && <UploadButton session={session} kind={upload} done={choose} />}
          {widget.remote !== undefined && (
            <button type="button" class="button" onClick={remote.ask}><Icon path={ICONS.refresh} size={16} />{t('widgets.refreshChoices')}</button>
          )}
        </div>
      )}
    </ChoiceList>
  )
}
