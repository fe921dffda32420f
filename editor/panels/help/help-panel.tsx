import type { Session } from '../../app/session.ts'
import { definitionsIn } from '../../graph/graph-at.ts'
import { t } from '../../i18n/index.ts'
import { shownKeys } from '../../shell/shown-keys.ts'
import type { PanelProps } from '../panel.ts'
import { NodeHelp } from './node-help.tsx'
import '../panels.css'
import './help.css'

/** What the selected node does; the keys, where none is selected. */
export default function HelpPanel({ session }: PanelProps) {
  const document = session.document.value
  const { nodes } = document.selection.value
  const node = document.scene.value.nodes.find(({ id }) => nodes.has(id))
  const definition = node?.definition ?? (node && definitionsIn(document.workflow.value, session.definitions.value).get(node.type))
  if (definition !== undefined) return <NodeHelp key={definition.type} session={session} definition={definition} />
  return (
    <div class="panel-part">
      {node !== undefined && <p class="value-problem">{t('help.unknown', { type: node.type })}</p>}
      <p class="muted">{t('help.select')}</p>
      <ol class="help-steps">
        <li>{t('help.step1')}</li><li>{t('help.step2')}</li><li>{t('help.step3')}</li><li>{t('help.step4')}</li>
      </ol>
      <h3>{t('help.shortcuts')}</h3>
      <Shortcuts session={session} />
      <button type="button" class="button" onClick={() => { session.panel.value = 'keys' }}>{t('help.changeKeys')}</button>
    </div>
  )
}

/** Every command that has a key. */
function Shortcuts({ session }: { readonly session: Session }) {
  const rows = session.commands.all.value.map(({ id, title }) => ({ id, title, keys: session.commands.keysOf(id) })).filter(({ keys }) => keys.length > 0)
  return (
    <dl class="help-keys">
      {rows.map(({ id, title, keys }) => <div key={id}><dt>{t(title)}</dt><dd>{keys.map((key) => <kbd key={key}>{shownKeys([key])}</kbd>)}</dd></div>)}
    </dl>
  )
}
