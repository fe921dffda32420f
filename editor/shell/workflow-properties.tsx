import type { EditorDocument } from '../app/document.ts'
import type { Session } from '../app/session.ts'
import { t } from '../i18n/index.ts'
import { editOrTell } from './canvas-listener.ts'
import { ProblemList } from './problem-list.tsx'
import { TextField } from './text-field.tsx'

interface WorkflowPropertiesProps {
  readonly session: Session
  readonly document: EditorDocument
}

/** The workflow as a whole: its title, what it is for, everything that is wrong with it. */
export function WorkflowProperties({ session, document }: WorkflowPropertiesProps) {
  const { title = '', description = '', nodes } = document.workflow.value
  return (
    <>
      <ProblemList session={session} document={document} problems={[...document.problems.value, ...session.runs.refusals(document).value]} isNamed />
      <TextField label={t('app.workflowTitle')} value={title} commit={(next) => editOrTell(session, [{ type: 'describe', title: next }], document)} />
      <TextField label={t('app.workflowDescription')} value={description} isLong commit={(next) => editOrTell(session, [{ type: 'describe', description: next }], document)} />
      <p class="muted">{t('app.nodeCount', { count: nodes.length })}</p>
    </>
  )
}
