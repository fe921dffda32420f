import type { EditorDocument } from '../app/document.ts'
import type { Session } from '../app/session.ts'
import { NODE_COLORS } from '../commands/colors.ts'
import type { NodeMode } from '../../core/workflow/workflow.ts'
import type { Edit } from '../graph/edit.ts'
import type { SceneGroup, SceneNode } from '../graph/scene.ts'
import { t, type TextKey } from '../i18n/index.ts'
import { editOrTell } from './canvas-listener.ts'

interface LookFieldsProps {
  readonly session: Session
  readonly document: EditorDocument
  readonly nodes: readonly SceneNode[]
  readonly groups?: readonly SceneGroup[]
}

const MODES: readonly { readonly mode: NodeMode | undefined; readonly title: TextKey }[] = [
  { mode: undefined, title: 'app.modeAlways' }, { mode: 'mute', title: 'app.modeMute' }, { mode: 'bypass', title: 'app.modeBypass' },
]

/** How nodes run and look: mode, colour, collapsed, pinned. */
export function LookFields({ session, document, nodes, groups = [] }: LookFieldsProps) {
  const ids = nodes.map(({ id }) => id)
  const edit = (...edits: readonly Edit[]) => editOrTell(session, edits, document)
  return (
    <>
      {ids.length > 0 && <fieldset class="properties-choice">
        <legend>{t('app.mode')}</legend>
        {MODES.map(({ mode, title }) => (
          <label key={title}>
            <input type="radio" name="node-mode" checked={nodes.every((node) => node.mode === mode)} onChange={() => edit({ type: 'mode', nodes: ids, ...(mode && { mode }) })} />{t(title)}
          </label>
        ))}
      </fieldset>}
      <fieldset class="properties-choice">
        <legend>{t('app.color')}</legend>
        {NODE_COLORS.map(({ id, title, color }) => {
          const isChosen = [...nodes, ...groups].every((one) => (one.color ?? null) === color)
          return (
            <button key={id} type="button" class="swatch" aria-pressed={isChosen} aria-label={t(title)} title={t(title)} style={{ background: color ?? 'transparent' }}
              onClick={() => edit(...ids.length > 0 ? [{ type: 'look', nodes: ids, look: { color } } as const] : [], ...groups.map(({ index }) => ({ type: 'changeGroup', index, ...(color !== null && { color }) } as const)))} />
          )
        })}
      </fieldset>
      {ids.length > 0 && <div class="properties-choice">
        {(['collapsed', 'pinned'] as const).map((look) => (
          <label key={look}>
            <input type="checkbox" checked={nodes.every((node) => node[look])} onChange={(event) => edit({ type: 'look', nodes: ids, look: { [look]: event.currentTarget.checked } })} />
            {t(look === 'collapsed' ? 'app.collapsed' : 'app.pinned')}
          </label>
        ))}
      </div>}
    </>
  )
}
