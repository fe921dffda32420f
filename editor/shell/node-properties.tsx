import { useState } from 'preact/hooks'
import type { EditorDocument } from '../app/document.ts'
import type { Session } from '../app/session.ts'
import type { SceneNode } from '../graph/scene.ts'
import { t } from '../i18n/index.ts'
import { InputField } from '../widgets/input-field.tsx'
import { editOrTell } from './canvas-listener.ts'
import { Lazy } from './lazy.tsx'
import { LookFields } from './look-fields.tsx'
import { ProblemList } from './problem-list.tsx'
import { TextField } from './text-field.tsx'

const loadNote = () => import('../notes/note-view.tsx')

interface NodePropertiesProps {
  readonly session: Session
  readonly document: EditorDocument
  readonly node: SceneNode
}

/** One node: how the last run found it, what is wrong, its values, its title and looks. */
export function NodeProperties({ session, document, node }: NodePropertiesProps) {
  const [isAll, setAll] = useState(false)
  const isAdvanced = ({ definition }: SceneNode['inputs'][number]) => definition?.advanced === true
  const advanced = node.inputs.filter((input) => isAdvanced(input))
  const isBorder = node.kind === 'inputs' || node.kind === 'outputs'
  const fields = (inputs: SceneNode['inputs']) => inputs.map((input) => <InputField key={input.name} session={session} document={document} node={node} input={input} />)
  return (
    <>
      <RunNote session={session} document={document} node={node} />
      <ProblemList session={session} document={document} problems={node.problems.filter((problem) => !node.inputs.some((input) => input.problem === problem))} />
      {!isBorder && (
        <TextField label={t('app.nodeTitle')} value={node.title} commit={(title) => editOrTell(session, [{ type: 'rename', id: node.id, ...(title.trim() !== '' && { title }) }], document)} />
      )}
      <p class="muted properties-type">{node.type} · {node.id}</p>
      {node.kind === 'note' && <Lazy load={loadNote} props={{ node }} quiet />}
      {node.definition?.summary !== undefined && <p>{node.definition.summary}</p>}
      {fields(node.inputs.filter((input) => !isAdvanced(input)))}
      {advanced.length > 0 && (
        <details open={isAll} onToggle={(event) => setAll(event.currentTarget.open)}>
          <summary>{t('widgets.advanced')}</summary>
          {isAll && <div class="properties-part">{fields(advanced)}</div>}
        </details>
      )}
      {!isBorder && <LookFields session={session} document={document} nodes={[node]} />}
    </>
  )
}

/** How the node stands in the run that is shown; its warnings are what loading reported. */
function RunNote({ session, document, node }: NodePropertiesProps) {
  const activity = session.runs.picture(document).value.activity.get(node.id)
  if (activity === undefined || (activity.message === undefined && activity.text === undefined)) return null
  return (
    <div class={activity.state === 'failed' ? 'properties-note wrong' : 'properties-note'} role="status">
      {activity.text !== undefined && <p>{activity.text}</p>}
      {activity.message !== undefined && <p>{activity.message}</p>}
    </div>
  )
}
