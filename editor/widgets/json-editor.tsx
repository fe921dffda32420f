import { TextArea } from './text-area.tsx'
import { useDraft } from './use-draft.ts'
import type { ValueEditorProps } from './value-editor.tsx'
import type { Widget } from './widget.ts'

/** Any other value, as JSON. */
export function JsonEditor({ widget, value, commit, ...rest }: ValueEditorProps<Extract<Widget, { readonly kind: 'json' }>>) {
  const draft = useDraft(widget, value, commit)
  return <TextArea {...rest} draft={draft} isCode />
}
