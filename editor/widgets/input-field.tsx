import { useId } from 'preact/hooks'
import type { Json } from '../../core/types/json.ts'
import type { EditorDocument } from '../app/document.ts'
import type { Session } from '../app/session.ts'
import { errorText } from '../commands/error-text.ts'
import type { Edit } from '../graph/edit.ts'
import type { SceneInput, SceneNode } from '../graph/scene.ts'
import { socketWords } from '../graph/socket-words.ts'
import { t } from '../i18n/index.ts'
import { Icon } from '../shell/icon.tsx'
import { ICONS } from '../shell/icons.ts'
import { lastSeed } from '../shell/last-seed.ts'
import { ValueEditor } from './value-editor.tsx'
import './input-field.css'

export interface InputFieldProps {
  readonly session: Session
  readonly document: EditorDocument
  readonly node: SceneNode
  readonly input: SceneInput
  /** Instead of the input's own name. */
  readonly label?: string
}

/** An input with its label, its editor or where its value comes from, its help and what is wrong with it. */
export function InputField({ session, document, node, input, label = input.label }: InputFieldProps) {
  const id = useId()
  const change = (edit: Edit) => {
    try {
      document.edit([edit])
    } catch (error) {
      session.dialogs.tell({ kind: 'error', text: errorText(error) })
    }
  }
  const set = (value?: Json) => change({ type: 'set', node: node.id, input: input.name, ...(value !== undefined && { value }) })
  const { link, widget, problem, tooltip } = input
  const describedBy = [tooltip && `${id}-help`, problem && `${id}-problem`].filter(Boolean).join(' ') || undefined
  return (
    <div class="input-field" data-input={input.name}>
      <div class="input-label">
        <label for={id}>{label}{input.required && <span aria-hidden="true"> *</span>}</label>
        {link === undefined && widget !== undefined && !input.isDefault && input.definition?.default !== undefined && (
          <button type="button" class="button quiet icon-only input-reset" aria-label={`${t('widgets.reset')}: ${label}`} title={t('widgets.reset')} onClick={() => set()}>
            <Icon path={ICONS.reset} size={14} />
          </button>
        )}
      </div>
      {link !== undefined ? <LinkNote document={document} link={link} disconnect={() => change({ type: 'disconnect', to: node.id, input: input.name })} />
        : widget === undefined ? <p class="muted">{t('widgets.socketOnly', { type: socketWords(input.socket) })}</p>
          : (
            <ValueEditor key={`${document.id} ${node.id} ${input.name}`} session={session} widget={widget} label={label} id={id} describedBy={describedBy} value={input.value} look="field"
              lastSeed={lastSeed(session, document, node.id, input.name)} commit={set} />
          )}
      {tooltip !== undefined && <p id={`${id}-help`} class="input-help">{tooltip}</p>}
      {problem !== undefined && <p id={`${id}-problem`} class="value-problem">{problem.problem}{problem.remedy === undefined ? '' : `. ${problem.remedy}`}</p>}
    </div>
  )
}

interface LinkNoteProps extends Pick<InputFieldProps, 'document'> {
  readonly link: NonNullable<SceneInput['link']>
  readonly disconnect: () => void
}

/** Where a value comes from; pressed, that is what is selected. */
function LinkNote({ document, link, disconnect }: LinkNoteProps) {
  const source = document.scene.value.nodes.find(({ id }) => id === link.from)
  const output = source?.outputs.find(({ name }) => name === link.output)?.label ?? String(link.output)
  return (
    <div class="value-row">
      <button type="button" class="button input-link" onClick={() => { document.selection.value = { nodes: new Set([link.from]), groups: new Set() } }}>
        <Icon path={ICONS.link} size={14} /><span>{t('widgets.fromLink', { node: source?.title ?? link.from, output })}</span>
      </button>
      <button type="button" class="button icon-only" aria-label={t('widgets.unlink')} title={t('widgets.unlink')} onClick={disconnect}>
        <Icon path={ICONS.close} size={14} />
      </button>
    </div>
  )
}
