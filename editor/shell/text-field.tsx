import { useId } from 'preact/hooks'
import { LineField } from '../widgets/line-field.tsx'
import { TextArea } from '../widgets/text-area.tsx'
import { useDraft } from '../widgets/use-draft.ts'

interface TextFieldProps {
  readonly label: string
  readonly value: string
  readonly commit: (text: string) => void
  readonly isLong?: boolean
}

/** A labelled text: a title, a description. */
export function TextField({ label, value, commit, isLong = false }: TextFieldProps) {
  const id = useId()
  const draft = useDraft({ kind: 'text', multiline: isLong, secret: false, prompt: false }, value, (next) => commit(String(next)))
  return (
    <div class="input-field">
      <div class="input-label"><label for={id}>{label}</label></div>
      {isLong ? <TextArea id={id} label={label} look="field" draft={draft} /> : <LineField id={id} label={label} look="field" draft={draft} />}
    </div>
  )
}
