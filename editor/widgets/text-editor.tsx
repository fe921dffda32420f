import { useState } from 'preact/hooks'
import { t } from '../i18n/index.ts'
import { Icon } from '../shell/icon.tsx'
import { ICONS } from '../shell/icons.ts'
import { LineField } from './line-field.tsx'
import { TextArea } from './text-area.tsx'
import { UploadButton } from './upload-button.tsx'
import { useDraft } from './use-draft.ts'
import type { ValueEditorProps } from './value-editor.tsx'
import type { Widget } from './widget.ts'

/** A text: one line, many, or one that is not shown. */
export function TextEditor({ session, widget, value, commit, ...rest }: ValueEditorProps<Extract<Widget, { readonly kind: 'text' }>>) {
  const draft = useDraft(widget, value, commit)
  const [isShown, setShown] = useState(false)
  if (widget.multiline && !widget.secret) return <TextArea {...rest} draft={draft} isPrompt={widget.prompt} />
  const revealTitle = t(isShown ? 'widgets.conceal' : 'widgets.reveal')
  return (
    <LineField {...rest} draft={draft} isPrompt={widget.prompt} type={widget.secret && !isShown ? 'password' : 'text'}>
      {widget.secret && (
        <button type="button" class="button icon-only" aria-pressed={isShown} aria-label={revealTitle} title={revealTitle} onClick={() => setShown(!isShown)}>
          <Icon path={isShown ? ICONS.eyeOff : ICONS.eye} size={16} />
        </button>
      )}
      {widget.upload !== undefined && rest.look === 'field' && <UploadButton session={session} kind={widget.upload} done={commit} />}
    </LineField>
  )
}
