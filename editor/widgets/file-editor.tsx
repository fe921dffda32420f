import { useState } from 'preact/hooks'
import { t } from '../i18n/index.ts'
import { Icon } from '../shell/icon.tsx'
import { ICONS } from '../shell/icons.ts'
import { ChoiceList } from './choice-list.tsx'
import { LineField } from './line-field.tsx'
import { Popup } from './popup.tsx'
import { UploadButton } from './upload-button.tsx'
import { useDraft } from './use-draft.ts'
import { useInputFiles } from './use-input-files.ts'
import type { ValueEditorProps } from './value-editor.tsx'
import type { Widget } from './widget.ts'

type FileProps = ValueEditorProps<Extract<Widget, { readonly kind: 'text' }>>

/** The name of a file of the input folder: written, chosen of those that are there, or of one that is uploaded. */
export function FileEditor(props: FileProps) {
  const { session: _session, widget, value, commit, ...rest } = props
  const draft = useDraft(widget, value, commit)
  const [isOpen, setOpen] = useState(false)
  const { leave, look } = props
  if (look === 'over') return <Popup leave={() => leave?.()}><Files {...props} leave={() => leave?.()} /></Popup>
  return (
    <LineField {...rest} draft={draft}>
      <div class="value-choice">
        <button type="button" class="button icon-only" aria-haspopup="listbox" aria-expanded={isOpen} aria-label={t('widgets.files')} title={t('widgets.files')} onClick={() => setOpen(!isOpen)}>
          <Icon path={ICONS.upload} size={16} />
        </button>
        {isOpen && <Popup leave={() => setOpen(false)}><Files {...props} leave={() => setOpen(false)} /></Popup>}
      </div>
    </LineField>
  )
}

function Files({ session, widget: { upload }, label, value, commit, leave }: FileProps & { readonly leave: () => void }) {
  const files = useInputFiles(session, upload)
  const choose = (path: string) => {
    leave()
    commit(path)
  }
  const thumbnail = upload === 'image' || upload === 'video' ? (path: string) => session.client.assets.thumbnailUrl('input', path, 64) : undefined
  return (
    <ChoiceList label={label} choices={files} value={typeof value === 'string' ? value : undefined} choose={choose} leave={leave} thumbnail={thumbnail} isFree>
      {upload !== undefined && <div class="choice-actions"><UploadButton session={session} kind={upload} done={choose} /></div>}
    </ChoiceList>
  )
}
