import { useState } from 'preact/hooks'
import { t } from '../i18n/index.ts'
import { Icon } from '../shell/icon.tsx'
import { ICONS } from '../shell/icons.ts'
import { FileEditor } from './file-editor.tsx'
import { LineField } from './line-field.tsx'
import { TextArea } from './text-area.tsx'
import { useDraft } from './use-draft.ts'
import type { ValueEditorProps } from './value-editor.tsx'
import type { Widget } from './widget.ts'

type TextProps = ValueEditorProps<Extract<Widget, { readonly kind: 'text' }>>

/** A text: one line, many, one that is not shown, or the name of a file. */
export function TextEditor(props: TextProps) {
  return props.widget.upload === undefined ? <Text {...props} /> : <FileEditor {...props} />
}

function Text({ session: _session, widget, value, commit, ...rest }: TextProps) {
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
    </LineField>
  )
}
