import type { InputDefinition, NodeDefinition } from '../../../core/types/definition.ts'
import type { Session } from '../../app/session.ts'
import { socketWords } from '../../graph/socket-words.ts'
import { t, type TextKey } from '../../i18n/index.ts'
import { addNodeAt } from '../../shell/add-node-at.ts'
import { exampleOf, rangeOf } from './example-of.ts'

const RESOURCES: Readonly<Record<NodeDefinition['resource'], TextKey>> = { io: 'help.resourceIo', cpu: 'help.resourceCpu', device: 'help.resourceDevice' }

/** A page on one type of node, made from its definition alone. */
export function NodeHelp({ session, definition }: { readonly session: Session; readonly definition: NodeDefinition }) {
  const { type, title, summary, category, plugin, version, resource, output, idempotent, experimental, deprecated, inputs, outputs } = definition
  const shown = inputs.filter(({ hidden }) => hidden === undefined)
  const facts: readonly (readonly [string, string])[] = [
    [t('help.type'), type], [t('help.category'), category], [t('help.from'), plugin ?? t('help.builtIn')], [t('help.version'), String(version)], [t('help.resource'), t(RESOURCES[resource])],
  ]
  const example = exampleOf(definition)
  return (
    <article class="panel-part node-help" data-type={type}>
      <h3 class="help-title">{title}</h3>
      {summary !== undefined && <p>{summary}</p>}
      <p class="help-marks">
        {output && <span class="badge accent">{t('help.output')}</span>}
        {!idempotent && <span class="badge">{t('help.notIdempotent')}</span>}
        {experimental && <span class="badge warning">{t('app.experimental')}</span>}
        {deprecated && <span class="badge warning">{t('app.deprecated')}</span>}
      </p>
      <dl class="panel-facts">{facts.map(([name, value]) => <div key={name} class="help-fact"><dt>{name}</dt><dd>{value}</dd></div>)}</dl>
      {shown.length > 0 && <section><h3>{t('app.inputs')}</h3><ul class="help-sockets">{shown.map((input) => <Input key={input.name} input={input} />)}</ul></section>}
      {outputs.length > 0 && (
        <section><h3>{t('app.outputs')}</h3>
          <ul class="help-sockets">{outputs.map(({ name, socket, tooltip, each }) => (
            <li key={name}><p><b>{name}</b> <span class="mono muted">{each ? t('canvas.listOf', { type: socketWords(socket) }) : socketWords(socket)}</span></p>{tooltip !== undefined && <p>{tooltip}</p>}</li>
          ))}</ul>
        </section>
      )}
      <section><h3>{t('help.example')}</h3><pre class="panel-code">{example}</pre></section>
      <div class="panel-buttons">
        <button type="button" class="button" onClick={() => addNodeAt(session, type)}>{t('help.addAnother')}</button>
        <button type="button" class="button" onClick={() => void copy(session, example)}>{t('help.copyExample')}</button>
      </div>
    </article>
  )
}

async function copy({ dialogs }: Session, text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text)
    dialogs.tell({ kind: 'success', text: t('help.copied') })
  } catch {
    dialogs.tell({ kind: 'warning', text: t('help.notCopied') })
  }
}

function Input({ input }: { readonly input: InputDefinition }) {
  const { name, title, socket, required, tooltip, default: value, advanced, dynamicPrompt, lazy, variadic, secret } = input
  const range = rangeOf(input)
  const marks = [
    required && t('help.required'), variadic && t('help.variadic', { min: variadic.min, max: variadic.max }), dynamicPrompt && t('help.dynamicPrompt'),
    advanced && t('widgets.advanced'), lazy && t('help.lazy'), secret && t('help.secret'),
  ].filter((mark) => typeof mark === 'string')
  return (
    <li data-input={name}>
      <p><b>{title ?? name}</b>{title !== undefined && title !== name && <span class="muted mono"> {name}</span>} <span class="mono muted">{socketWords(socket)}</span></p>
      {tooltip !== undefined && <p>{tooltip}</p>}
      {range !== undefined && <p class="muted">{t('help.range', { range })}</p>}
      {value !== undefined && <p class="muted">{t('help.default', { value: typeof value === 'string' ? (value === '' ? '""' : value) : JSON.stringify(value) })}</p>}
      {marks.length > 0 && <p class="muted">{marks.join(' · ')}</p>}
    </li>
  )
}
