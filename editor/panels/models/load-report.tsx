import type { Session } from '../../app/session.ts'
import { t } from '../../i18n/index.ts'
import { showNode } from '../../shell/problem-list.tsx'

/** What loading weights said in the run that is shown: of the nodes that choose a file of a folder. */
export function LoadReport({ session }: { readonly session: Session }) {
  const document = session.document.value
  const { activity } = session.runs.picture(document).value
  const loaders = document.scene.value.nodes.filter(({ definition }) => definition?.inputs.some(({ computed, upload }) => computed && !upload))
  const told = loaders.flatMap((node) => {
    const one = activity.get(node.id)
    return one === undefined ? [] : [{ node, text: one.message ?? one.text ?? t(one.state === 'cached' ? 'panels.models.reportCached' : one.state === 'done' ? 'panels.models.reportLoaded' : 'panels.models.reportNot') }]
  })
  if (told.length === 0) return null
  return (
    <section class="load-report"><h3>{t('panels.models.report')}</h3>
      <ul class="panel-list">
        {told.map(({ node, text }) => (
          <li key={node.id}><button type="button" class="button quiet" onClick={() => showNode(session, document, node.id)}>{node.title}</button><span class="muted">{text}</span></li>
        ))}
      </ul>
    </section>
  )
}
