import type { ReadonlySignal } from '@preact/signals'
import type { NodeDefinition } from '../../core/types/definition.ts'
import { t } from '../i18n/index.ts'
import type { Theme } from '../theme/shown-theme.ts'
import { SocketChip } from './socket-chip.tsx'

/** What a type of node does, takes and gives. */
export function NodeSummary({ definition, theme }: { readonly definition: NodeDefinition; readonly theme: ReadonlySignal<Theme> }) {
  const { title, type, category, summary, inputs, outputs, plugin } = definition
  const shown = inputs.filter(({ hidden, advanced }) => hidden === undefined && advanced !== true)
  return (
    <>
      <h3>{title}</h3>
      <p class="muted">{[title === type ? undefined : type, category, plugin].filter(Boolean).join(' · ')}</p>
      {summary !== undefined && <p>{summary}</p>}
      {shown.length > 0 && (
        <section><h4>{t('app.inputs')}</h4>
          <ul>{shown.map(({ name, title: label, socket }) => <li key={name}><SocketChip socket={socket} theme={theme} name={label ?? name} /></li>)}</ul>
        </section>
      )}
      {outputs.length > 0 && (
        <section><h4>{t('app.outputs')}</h4>
          <ul>{outputs.map(({ name, socket }) => <li key={name}><SocketChip socket={socket} theme={theme} name={name} /></li>)}</ul>
        </section>
      )}
    </>
  )
}
