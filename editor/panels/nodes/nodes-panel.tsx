import { useMemo, useState } from 'preact/hooks'
import type { NodeDefinition } from '../../../core/types/definition.ts'
import type { Session } from '../../app/session.ts'
import { t } from '../../i18n/index.ts'
import { addNodeAt } from '../../shell/add-node-at.ts'
import { findNodes } from '../../shell/find-nodes.ts'
import { NODE_DRAG } from '../../shell/node-drag.ts'
import type { PanelProps } from '../panel.ts'
import { nodeGroups } from './node-groups.ts'
import './nodes.css'

/** All types of nodes: pressed, one is added in the middle of the canvas; dragged, where it is dropped. */
export default function NodesPanel({ session }: PanelProps) {
  const [text, setText] = useState('')
  const document = session.document.value
  const definitions = session.definitions.value
  const groups = useMemo(() => nodeGroups(definitions.values()), [definitions])
  const found = text.trim() === '' ? undefined : findNodes({ workflow: document.workflow.value, path: document.path.value, definitions }, text)
  return (
    <div class="nodes-panel">
      <input class="field" type="search" placeholder={t('app.searchNodes')} aria-label={t('app.searchNodes')} autocomplete="off" spellcheck={false} value={text}
        onInput={(event) => setText(event.currentTarget.value)} />
      {found !== undefined && <p class="spoken" role="status">{t('app.foundCount', { count: found.length })}</p>}
      {found !== undefined && found.length === 0 && <p class="muted">{t('app.nothingFound')}</p>}
      {found === undefined
        ? groups.map(({ name, count, parts }) => (
          <details key={name} open>
            <summary>{name}<span class="badge">{count}</span></summary>
            {parts.map((part) => (
              <div key={part.name}>
                {part.name !== '' && <h3 class="muted">{part.name}</h3>}
                <NodeList session={session} nodes={part.nodes} />
              </div>
            ))}
          </details>
        ))
        : <NodeList session={session} nodes={found.map(({ definition }) => definition)} />}
    </div>
  )
}

function NodeList({ session, nodes }: { readonly session: Session; readonly nodes: readonly NodeDefinition[] }) {
  return (
    <ul>
      {nodes.map(({ type, title, summary }) => (
        <li key={type}>
          <button type="button" class="button quiet" draggable title={summary} onClick={() => addNodeAt(session, type)}
            onDragStart={(event) => {
              event.dataTransfer?.setData(NODE_DRAG, type)
              if (event.dataTransfer) event.dataTransfer.effectAllowed = 'copy'
            }}>{title}</button>
        </li>
      ))}
    </ul>
  )
}
