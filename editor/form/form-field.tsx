import { useSignal } from '@preact/signals'
import { useMemo } from 'preact/hooks'
import type { EditorDocument } from '../app/document.ts'
import type { Session } from '../app/session.ts'
import { withParameters } from '../graph/parameters.ts'
import { t } from '../i18n/index.ts'
import { editOrTell } from '../shell/canvas-listener.ts'
import { Icon } from '../shell/icon.tsx'
import { ICONS } from '../shell/icons.ts'
import { TextField } from '../shell/text-field.tsx'
import { InputField } from '../widgets/input-field.tsx'
import { documentAt } from './document-at.ts'
import { labelOf, moved, type PlacedParameter } from './placed-parameters.ts'

interface FormFieldProps {
  readonly session: Session
  readonly document: EditorDocument
  readonly field: PlacedParameter
  readonly place: { readonly index: number; readonly count: number }
  /** Whether names, order and descriptions can be changed. */
  readonly isArranged: boolean
}

/** One exposed input: the same editor as everywhere, under the name that the workflow gives it. */
export function FormField({ session, document, field: { parameter, path, at }, place, isArranged }: FormFieldProps) {
  const { name, description } = parameter
  const shownPath = document.path.value.join('\n')
  const within = useMemo(() => documentAt(session, document, path), [session, document, path.join('\n'), shownPath])
  const input = at && { ...at.input, ...(description !== undefined && { tooltip: description }) }
  return (
    <div class="form-field" data-parameter={name}>
      {at === undefined || input === undefined ? <p class="value-problem">{t('form.lost', { name, node: parameter.node, input: parameter.input })}</p>
        : <InputField session={session} document={within} node={at.node} input={input} label={labelOf(name)} />}
      {isArranged && <FieldTools session={session} document={document} within={within} parameter={parameter} node={at?.node.id} place={place} />}
    </div>
  )
}

interface FieldToolsProps extends Pick<FormFieldProps, 'session' | 'document' | 'place'> {
  readonly within: EditorDocument
  readonly parameter: PlacedParameter['parameter']
  readonly node: string | undefined
}

/** Name, description, order, and away with it. */
function FieldTools({ session, document, within, parameter, node, place: { index, count } }: FieldToolsProps) {
  const isOpen = useSignal(false)
  const { name, input, description = '' } = parameter
  const go = (to: number) => document.replace((workflow) => withParameters(workflow, moved(workflow.parameters ?? [], index, to)))
  const remove = () => document.replace((workflow) => withParameters(workflow, (workflow.parameters ?? []).toSpliced(index, 1)))
  const expose = (change: { readonly name: string; readonly description?: string }) => {
    if (node !== undefined) editOrTell(session, [{ type: 'expose', node, input, ...change }], within)
  }
  return (
    <div class="form-tools" role="group" aria-label={t('form.toolsOf', { name })}>
      <button type="button" class="button quiet icon-only" disabled={index === 0} aria-label={t('form.up', { name })} title={t('form.up', { name })} onClick={() => go(index - 1)}><Icon path="M12 19V5M6 11l6-6 6 6" /></button>
      <button type="button" class="button quiet icon-only" disabled={index === count - 1} aria-label={t('form.down', { name })} title={t('form.down', { name })} onClick={() => go(index + 1)}><Icon path="M12 5v14M6 13l6 6 6-6" /></button>
      <button type="button" class="button quiet" aria-expanded={isOpen.value} disabled={node === undefined} onClick={() => { isOpen.value = !isOpen.value }}>{t('form.nameAndDescription')}</button>
      <button type="button" class="button quiet icon-only" aria-label={t('form.remove', { name })} title={t('form.remove', { name })} onClick={remove}><Icon path={ICONS.close} /></button>
      {isOpen.value && (
        <div class="form-texts">
          <TextField label={t('form.name')} value={name} commit={(next) => expose({ name: next.trim() })} />
          <TextField label={t('form.description')} value={description} isLong commit={(next) => expose({ name, description: next.trim() })} />
        </div>
      )}
    </div>
  )
}
