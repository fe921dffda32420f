import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { Session } from '../app/session.ts'
import type { LooseLink } from '../graph/canvas.ts'
import { t } from '../i18n/index.ts'
import { shownTheme } from '../theme/shown-theme.ts'
import { addedNode } from './add-node.ts'
import { editOrTell } from './canvas-listener.ts'
import type { DialogProps } from './dialogs.ts'
import { NodeSummary } from './node-summary.tsx'
import type { SearchPlace } from './open-search.ts'
import { placeInside } from './place.ts'
import { SearchBox } from './search-box.tsx'
import { findNodes, type FoundNode } from './find-nodes.ts'
import { noteUse } from './node-uses.ts'

export interface NodeSearchProps extends DialogProps<undefined> {
  readonly session: Session
  readonly at: NonNullable<SearchPlace['at']>
  readonly link: LooseLink | undefined
  readonly into: SearchPlace['into']
}

/** Finds a type of node by a few letters and adds it where the box was opened, linked to what was held. */
export function NodeSearch({ session, at, link, into, close }: NodeSearchProps) {
  const [text, setText] = useState('')
  const [isNarrow, setNarrow] = useState(link !== undefined)
  const box = useRef<HTMLDivElement>(null)
  const theme = useMemo(() => shownTheme(session.settings), [session])
  const document = session.document.value
  const ground = { workflow: document.workflow.value, path: document.path.value, definitions: session.definitions.value }
  const found = useMemo(() => findNodes(ground, text, isNarrow ? link : undefined, isNarrow ? into : undefined), [text, isNarrow, ground.definitions])
  useLayoutEffect(() => {
    const element = box.current!
    const [left, top] = placeInside([...at.client, 0, 0], [element.offsetWidth, element.offsetHeight], [innerWidth, innerHeight], 'over')
    Object.assign(element.style, { left: `${left}px`, top: `${top}px` })
  }, [])
  const add = ({ definition }: FoundNode) => {
    close()
    const { id, edits } = addedNode(ground, definition.type, at.graph, link, into)
    noteUse(definition.type)
    editOrTell(session, edits, document)
    document.selection.value = { nodes: new Set([id]), groups: new Set() }
  }
  return (
    <div ref={box} class="search-box node-search">
      <SearchBox label={t('app.searchNodes')} text={text} setText={setText} found={found} keyOf={({ definition }) => definition.type} choose={add}
        row={(one) => <NodeRow found={one} />} aside={(one) => <NodeSummary definition={one.definition} theme={theme} />}>
        {link !== undefined && (
          <label class="search-narrow">
            <input type="checkbox" checked={isNarrow} onChange={(event) => setNarrow(event.currentTarget.checked)} />
            {t('app.searchFits')}
          </label>
        )}
      </SearchBox>
    </div>
  )
}

function NodeRow({ found: { definition } }: { readonly found: FoundNode }) {
  return (
    <>
      <span class="search-name">{definition.title}{definition.experimental === true && <span class="badge warning">{t('app.experimental')}</span>}
        {definition.deprecated === true && <span class="badge">{t('app.deprecated')}</span>}</span>
      <span class="search-note">{definition.category}</span>
    </>
  )
}
