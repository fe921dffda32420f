import type { EditorDocument } from '../app/document.ts'
import type { Session } from '../app/session.ts'
import type { SceneGroup, SceneNode } from '../graph/scene.ts'
import { t } from '../i18n/index.ts'
import { editOrTell } from './canvas-listener.ts'
import { LookFields } from './look-fields.tsx'
import { TextField } from './text-field.tsx'

interface SeveralPropertiesProps {
  readonly session: Session
  readonly document: EditorDocument
  readonly nodes: readonly SceneNode[]
  readonly groups: readonly SceneGroup[]
}

/** Several nodes and groups: what can be said of all of them. */
export function SeveralProperties({ session, document, nodes, groups }: SeveralPropertiesProps) {
  return (
    <>
      <p>{t('app.selected', { nodes: nodes.length, groups: groups.length })}</p>
      {groups.map(({ index, title }) => (
        <TextField key={index} label={t('canvas.renameGroup')} value={title} commit={(next) => editOrTell(session, [{ type: 'changeGroup', index, title: next }], document)} />
      ))}
      <LookFields session={session} document={document} nodes={nodes} groups={groups} />
    </>
  )
}
