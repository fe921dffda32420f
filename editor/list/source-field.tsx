import type { EditorDocument } from '../app/document.ts'
import type { Session } from '../app/session.ts'
import type { SceneInput, SceneNode } from '../graph/scene.ts'
import { socketWords } from '../graph/socket-words.ts'
import { t } from '../i18n/index.ts'
import { editOrTell } from '../shell/canvas-listener.ts'
import { InputField } from '../widgets/input-field.tsx'
import { isSource, sourcesOf } from './sources.ts'

interface SourceFieldProps {
  readonly session: Session
  readonly document: EditorDocument
  readonly node: SceneNode
  readonly input: SceneInput
}

/** An input: what is written in it, and where its value comes from instead. */
export function SourceField(props: SourceFieldProps) {
  const { session, document, node, input } = props
  const sources = input.hasSocket ? sourcesOf(document, session.definitions.value, node, input) : []
  const isWritten = input.link === undefined && input.widget !== undefined
  return (
    <div class="list-input" data-input={input.name}>
      {isWritten && <InputField {...props} />}
      {(sources.length > 0 || input.link !== undefined || !isWritten) && <SourceChoice {...props} sources={sources} isWritten={isWritten} />}
    </div>
  )
}

function SourceChoice({ session, document, node, input, sources, isWritten }: SourceFieldProps & { readonly sources: ReturnType<typeof sourcesOf>; readonly isWritten: boolean }) {
  const { link, label, problem, required } = input
  const chosen = sources.findIndex((one) => isSource(input, one.node, one.output))
  const isLost = link !== undefined && chosen < 0
  const choose = (value: string) => {
    const source = sources[Number(value)]
    if (value === '') editOrTell(session, [{ type: 'disconnect', to: node.id, input: input.name }], document)
    else if (source) editOrTell(session, [{ type: 'connect', from: source.node.id, output: source.output.key, to: node.id, input: input.name }], document)
  }
  const said = isWritten ? t('list.sourceOf', { input: label }) : label
  return (
    <label class={isWritten ? 'list-source' : 'list-source alone'}>
      <span>{isWritten ? t('list.source') : said}{required && !isWritten && <span aria-hidden="true"> *</span>}</span>
      <select class="field" aria-label={said} value={isLost ? 'lost' : chosen < 0 ? '' : String(chosen)} aria-invalid={!isWritten && problem !== undefined} title={problem?.problem}
        onChange={(event) => choose(event.currentTarget.value)}>
        <option value="">{input.widget === undefined ? t('list.notLinked', { type: socketWords(input.socket) }) : t('list.byHand')}</option>
        {isLost && <option value="lost" disabled>{t('list.lost', { node: link.from, output: link.output })}</option>}
        {sources.map(({ node: from, output }, index) => <option key={`${from.id} ${output.key}`} value={String(index)}>{t('list.from', { node: from.title, output: output.label || socketWords(output.socket) })}</option>)}
      </select>
      {!isWritten && problem !== undefined && <span class="value-problem">{problem.problem}{problem.remedy === undefined ? '' : ` ${problem.remedy}`}</span>}
    </label>
  )
}
