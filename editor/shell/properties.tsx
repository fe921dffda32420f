import type { Session } from '../app/session.ts'
import { t } from '../i18n/index.ts'
import { Icon } from './icon.tsx'
import { ICONS } from './icons.ts'
import { NodeProperties } from './node-properties.tsx'
import { SeveralProperties } from './several-properties.tsx'
import { WorkflowProperties } from './workflow-properties.tsx'
import './properties.css'

/** What is selected, as fields: everything that can be done on the canvas, without it. */
export default function Properties({ session }: { readonly session: Session }) {
  const document = session.document.value
  const { nodes, groups } = document.selection.value
  const scene = document.scene.value
  const chosen = scene.nodes.filter(({ id }) => nodes.has(id))
  const [first] = chosen
  return (
    <section class="properties" aria-label={t('app.properties')}>
      <header class="panel-head">
        <h2>{t('app.properties')}</h2>
        <button type="button" class="button quiet icon-only" aria-label={t('app.closePanel')} title={t('app.closePanel')} onClick={() => session.changeSettings({ properties: false })}>
          <Icon path={ICONS.close} />
        </button>
      </header>
      <div class="properties-body">
        {first !== undefined && chosen.length === 1 ? <NodeProperties key={`${document.id} ${first.id}`} session={session} document={document} node={first} />
          : chosen.length + groups.size > 0 ? <SeveralProperties session={session} document={document} nodes={chosen} groups={scene.groups.filter(({ index }) => groups.has(index))} />
            : <WorkflowProperties key={document.id} session={session} document={document} />}
      </div>
    </section>
  )
}
