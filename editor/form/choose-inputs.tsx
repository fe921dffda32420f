import { useSignal } from '@preact/signals'
import type { EditorDocument } from '../app/document.ts'
import type { Session } from '../app/session.ts'
import { freeName } from '../graph/ids.ts'
import type { SceneInput, SceneNode } from '../graph/scene.ts'
import { t } from '../i18n/index.ts'
import { editOrTell } from '../shell/canvas-listener.ts'
import { valueText } from '../widgets/values.ts'
import { documentAt } from './document-at.ts'

interface ChooseInputsProps {
  readonly session: Session
  readonly document: EditorDocument
}

/** Every input of the workflow that can be written by hand: ticked, it stands in the form. */
export function ChooseInputs({ session, document }: ChooseInputsProps) {
  const filter = useSignal('')
  const within = documentAt(session, document, [])
  const wanted = filter.value.trim().toLocaleLowerCase()
  const fits = ({ title, type }: SceneNode, { label, name }: SceneInput) => `${title} ${type} ${label} ${name}`.toLocaleLowerCase().includes(wanted)
  const groups = within.scene.value.nodes.filter(({ kind }) => kind === 'node' || kind === 'subgraph')
    .map((node) => ({ node, inputs: node.inputs.filter((input) => input.widget !== undefined && input.link === undefined && fits(node, input)) }))
    .filter(({ inputs }) => inputs.length > 0)
  return (
    <section class="form-choose" aria-label={t('form.choose')}>
      <h2>{t('form.choose')}</h2>
      <input class="field" type="search" value={filter.value} placeholder={t('form.filter')} aria-label={t('form.filter')} autocomplete="off" spellcheck={false}
        onInput={({ currentTarget }) => { filter.value = currentTarget.value }} />
      {groups.length === 0 && <p class="muted">{t('app.nothingFound')}</p>}
      {groups.map(({ node, inputs }) => (
        <fieldset key={node.id} data-node={node.id}>
          <legend>{node.title}</legend>
          {inputs.map((input) => <Choice key={input.name} session={session} document={within} node={node} input={input} />)}
        </fieldset>
      ))}
    </section>
  )
}

interface ChoiceProps extends ChooseInputsProps {
  readonly node: SceneNode
  readonly input: SceneInput
}

function Choice({ session, document, node, input }: ChoiceProps) {
  const { parameters = [] } = document.workflow.value
  const isExposed = parameters.some((one) => one.node === node.id && one.input === input.name)
  const toggle = () => {
    const name = freeName(input.name.replace(/[^A-Za-z0-9_-]/g, '_').replace(/^[^A-Za-z]+/, '') || 'input', new Set(parameters.map((one) => one.name)))
    editOrTell(session, [{ type: 'expose', node: node.id, input: input.name, ...(!isExposed && { name }) }], document)
  }
  return (
    <label title={input.tooltip}>
      <input type="checkbox" checked={isExposed} onChange={toggle} />
      <span>{input.label}</span>
      {input.widget !== undefined && <span class="muted form-value">{valueText(input.widget, input.value)}</span>}
    </label>
  )
}
