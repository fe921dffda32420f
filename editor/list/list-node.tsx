import type { EditorDocument } from '../app/document.ts'
import type { Session } from '../app/session.ts'
import type { NodeActivity } from '../graph/canvas.ts'
import type { SceneNode } from '../graph/scene.ts'
import { t, type TextKey } from '../i18n/index.ts'
import { Icon } from '../shell/icon.tsx'
import { ICONS } from '../shell/icons.ts'
import { ProblemList } from '../shell/problem-list.tsx'
import { NodeMediaView } from './node-media.tsx'
import { SourceField } from './source-field.tsx'

interface ListNodeProps {
  readonly session: Session
  readonly document: EditorDocument
  readonly node: SceneNode
  readonly place: number
  readonly isOpen: boolean
  readonly toggle: () => void
  /** Does a command on this node. */
  readonly act: (command: string) => void
}

const STATES: Readonly<Record<NodeActivity['state'], TextKey>> = {
  waiting: 'list.state.waiting', running: 'list.state.running', done: 'list.state.done', cached: 'list.state.cached', failed: 'list.state.failed',
  skipped: 'list.state.skipped', cancelled: 'list.state.cancelled',
}

/** One node: a heading that opens it; in it all that can be read and done. */
export function ListNode(props: ListNodeProps) {
  const { session, document, node, place, isOpen, toggle } = props
  const id = `list-${place}`
  return (
    <li class="list-node" data-node={node.id} data-state={session.runs.picture(document).value.activity.get(node.id)?.state}>
      <h2>
        <button type="button" class="list-head" aria-expanded={isOpen} aria-controls={id} data-head={node.id} onClick={toggle}
          onFocus={() => { document.selection.value = { nodes: new Set([node.id]), groups: new Set() } }}>
          <Icon path={isOpen ? ICONS.chevronDown : ICONS.chevronRight} size={16} />
          <span class="list-title">{place}. {node.title}</span>
          <StateWords {...props} />
        </button>
      </h2>
      <div id={id} hidden={!isOpen}>{isOpen && <Inside {...props} />}</div>
    </li>
  )
}

function StateWords({ session, document, node }: ListNodeProps) {
  const activity = session.runs.picture(document).value.activity.get(node.id)
  const problems = node.problems.length
  return (
    <span class="list-state">
      {node.kind === 'unknown' && <span class="badge danger">{t('list.unknown')}</span>}
      {node.mode !== undefined && <span class="badge">{t(node.mode === 'mute' ? 'app.modeMute' : 'app.modeBypass')}</span>}
      {problems > 0 && <span class="badge danger">{problems === 1 ? t('app.oneProblem') : t('app.problemCount', { count: problems })}</span>}
      {activity !== undefined && <span class={activity.state === 'failed' ? 'badge danger' : 'badge accent'}>{t(STATES[activity.state])}{activity.text === undefined ? '' : `: ${activity.text}`}</span>}
    </span>
  )
}

function Inside({ session, document, node, act }: ListNodeProps) {
  const { activity, media } = session.runs.picture(document).value
  const message = activity.get(node.id)?.message
  const made = media.get(node.id)
  return (
    <div class="list-inside">
      {node.definition?.summary !== undefined && <p class="muted">{node.definition.summary}</p>}
      {message !== undefined && <p class="value-problem">{message}</p>}
      <ProblemList session={session} document={document} problems={node.problems.filter((problem) => !node.inputs.some((input) => input.problem === problem))} />
      {node.inputs.length > 0 && <div class="list-inputs" role="group" aria-label={t('app.inputs')}>
        {node.inputs.map((input) => <SourceField key={input.name} session={session} document={document} node={node} input={input} />)}
      </div>}
      {node.outputs.length > 0 && <Readers document={document} node={node} />}
      {made !== undefined && <NodeMediaView media={made} title={node.title} />}
      <Actions node={node} act={act} />
    </div>
  )
}

/** Where its outputs lead to. */
function Readers({ document, node }: Pick<ListNodeProps, 'document' | 'node'>) {
  const readersOf = (key: string | number) => document.scene.value.nodes.flatMap((one) =>
    one.inputs.filter(({ link }) => link?.from === node.id && link.output === key).map((input) => t('list.reader', { node: one.title, input: input.label })))
  return (
    <ul class="list-outputs" aria-label={t('app.outputs')}>
      {node.outputs.map(({ key, label, name }) => {
        const readers = readersOf(key)
        return <li key={key}>{readers.length === 0 ? t('list.unread', { output: label || name }) : t('list.goesTo', { output: label || name, readers: readers.join(t('list.comma')) })}</li>
      })}
    </ul>
  )
}

const ACTIONS: readonly { readonly command: string; readonly title: TextKey }[] = [
  { command: 'run.toNode', title: 'list.runTo' }, { command: 'node.rename', title: 'list.rename' }, { command: 'node.mute', title: 'list.mute' },
  { command: 'node.bypass', title: 'list.bypass' }, { command: 'edit.duplicate', title: 'list.duplicate' }, { command: 'subgraph.enter', title: 'list.enter' },
  { command: 'edit.delete', title: 'list.remove' },
]

function Actions({ node, act }: Pick<ListNodeProps, 'node' | 'act'>) {
  if (node.kind === 'inputs' || node.kind === 'outputs') return null
  const offered = ACTIONS.filter(({ command }) => command !== 'subgraph.enter' || node.kind === 'subgraph')
  const pressed: Readonly<Record<string, boolean>> = { 'node.mute': node.mode === 'mute', 'node.bypass': node.mode === 'bypass' }
  return (
    <div class="list-actions" role="group" aria-label={t('list.actions', { node: node.title })}>
      {offered.map(({ command, title }) => <button key={command} type="button" class="button" aria-pressed={pressed[command]} onClick={() => act(command)}>{t(title)}</button>)}
    </div>
  )
}
