import type { AnswerOf } from '../../../server/client/index.ts'
import type { Session } from '../../app/session.ts'
import { t } from '../../i18n/index.ts'
import { bytesText } from '../../run/words.ts'
import { addNodeAt } from '../../shell/add-node-at.ts'
import { editOrTell } from '../../shell/canvas-listener.ts'
import { AnswerNote } from '../answer-note.tsx'
import { useAnswer } from '../use-answer.ts'
import type { Model } from './models-panel.tsx'
import { isTaken, loadersOf, useEdits } from './use-model.ts'

type Report = AnswerOf<'GET /weights/inspect'>

/** What a file of weights is, and what it can be used for. */
export function ModelDetails({ session, model: { folder, name } }: { readonly session: Session; readonly model: Model }) {
  const answer = useAnswer(() => session.client.call('GET /weights/inspect', { query: { path: `${folder}/${name}` } }))
  return (
    <div class="model-details">
      <AnswerNote answer={answer} />
      {answer.value !== undefined && <Facts report={answer.value} />}
      {answer.value?.parts?.slice(1).map((part) => <Part key={part} session={session} path={`${folder}/${name}/${part}`} />)}
      <div class="panel-buttons"><UseButtons session={session} name={name} /></div>
    </div>
  )
}

/** Another part of a whole model. */
function Part({ session, path }: { readonly session: Session; readonly path: string }) {
  const answer = useAnswer(() => session.client.call('GET /weights/inspect', { query: { path } }))
  return <>
    <AnswerNote answer={answer} />
    {answer.value !== undefined && <Facts report={answer.value} />}
  </>
}

function UseButtons({ session, name }: { readonly session: Session; readonly name: string }) {
  const document = session.document.value
  const { nodes } = document.scene.value
  if (isTaken(nodes, name)) {
    const edits = useEdits(nodes, document.selection.value.nodes, name)
    return <button type="button" class="button" disabled={edits.length === 0} onClick={() => editOrTell(session, edits, document)}>{t(edits.length === 0 ? 'panels.models.used' : 'panels.models.use')}</button>
  }
  return <>{loadersOf(session.definitions.value, name).map(({ type, title, input }) => (
    <button key={type} type="button" class="button" onClick={() => {
      addNodeAt(session, type)
      const [added] = document.selection.peek().nodes
      if (added !== undefined) editOrTell(session, [{ type: 'set', node: added, input, value: name }], document)
    }}>{t('panels.models.addLoader', { title })}</button>
  ))}</>
}

function Facts({ report: { kind, family, title, dtypes, parameters, bytes, tensors, format, fit, advice } }: { readonly report: Report }) {
  const facts: readonly (readonly [string, string | undefined])[] = [
    [t('panels.models.kind'), kind], [t('panels.models.family'), title ?? family],
    [t('panels.models.parameters'), t('panels.models.parametersText', { millions: (parameters / 1e6).toFixed(parameters < 1e8 ? 2 : 0), tensors })],
    [t('panels.models.dtypes'), dtypes.map((one) => `${one.dtype} (${one.tensors})`).join(', ')],
    [t('panels.models.file'), `${format}, ${bytesText(bytes)}`],
    [t('panels.models.fit'), fit && t('panels.models.fitText', { matched: fit.matched, missing: fit.missing.count, unexpected: fit.unexpected.count })],
  ]
  return (
    <>
      <dl class="panel-facts">{facts.map(([name, value]) => (value === undefined ? null : <div key={name} class="model-fact"><dt>{name}</dt><dd>{value}</dd></div>))}</dl>
      {fit !== undefined && fit.missing.count + fit.unexpected.count > 0 && <pre class="panel-code">{[...fit.missing.first.map((key) => `− ${key}`), ...fit.unexpected.first.map((key) => `+ ${key}`)].join('\n')}</pre>}
      <p class="model-advice">{advice}</p>
    </>
  )
}
