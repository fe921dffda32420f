/** Inputs and outputs of the subgraph that is looked at: more outputs, other names, fewer of them. */
import type { Session } from '../app/session.ts'
import { SUBGRAPH_INPUTS } from '../../core/workflow/workflow.ts'
import type { CanvasTarget } from '../graph/canvas.ts'
import { SUBGRAPH_OUTPUTS } from '../graph/scene.ts'
import type { SubgraphSide } from '../graph/subgraph.ts'
import { t } from '../i18n/index.ts'
import { chosenNode } from './chosen.ts'
import type { Command } from './command.ts'
import { errorText } from './error-text.ts'

interface BorderSocket {
  readonly side: SubgraphSide
  readonly name: string
}

/** The socket of a border that was clicked; all of them where none was. */
function sockets({ document }: Session, target?: CanvasTarget): readonly BorderSocket[] {
  const { nodes } = document.value.scene.value
  const inputs = nodes.find(({ id }) => id === SUBGRAPH_INPUTS)?.outputs.map(({ name }): BorderSocket => ({ side: 'input', name })) ?? []
  const outputs = nodes.find(({ id }) => id === SUBGRAPH_OUTPUTS)?.inputs.map(({ name }): BorderSocket => ({ side: 'output', name })) ?? []
  const all = [...inputs, ...outputs].filter(({ name }) => name !== '')
  if (target?.kind === 'output') return target.id === SUBGRAPH_INPUTS ? all.filter(({ side, name }) => side === 'input' && name === target.output) : []
  if (target?.kind === 'input') return target.id === SUBGRAPH_OUTPUTS ? all.filter(({ side, name }) => side === 'output' && name === target.input) : []
  return all
}

/** One of them: the only one, or what is picked from a menu. */
async function choose<T>(session: Session, items: readonly T[], label: (item: T) => string, then: (item: T) => void | Promise<void>): Promise<void> {
  if (items.length === 1) return await then(items[0]!)
  const pick = async (item: T) => {
    try {
      await then(item)
    } catch (error) {
      session.dialogs.tell({ kind: 'error', text: errorText(error) })
    }
  }
  session.dialogs.menu(items.map((item) => ({ label: label(item), run: () => void pick(item) })), [innerWidth / 2, innerHeight / 3])
}

const socketLabel = ({ side, name }: BorderSocket) => t(side === 'input' ? 'commands.subgraph.inputNamed' : 'commands.subgraph.outputNamed', { name })

async function rename(session: Session, target?: CanvasTarget): Promise<void> {
  const { renameSocket } = await import('../graph/subgraph.ts')
  const document = session.document.peek()
  await choose(session, sockets(session, target), socketLabel, async (socket) => {
    const name = await session.dialogs.askText({ label: t('commands.subgraph.socketName', { name: socket.name }), value: socket.name })
    if (name !== undefined) document.replace((workflow) => renameSocket(workflow, document.path.peek(), socket.side, socket.name, name))
  })
}

async function remove(session: Session, target?: CanvasTarget): Promise<void> {
  const { removeSocket } = await import('../graph/subgraph.ts')
  const document = session.document.peek()
  await choose(session, sockets(session, target), socketLabel, ({ side, name }) =>
    document.replace((workflow) => removeSocket(workflow, document.path.peek(), side, name)))
}

/** The outputs that may become one of the subgraph's: the one that was clicked, or those of the selected node. */
function innerOutputs(session: Session, target?: CanvasTarget) {
  const node = chosenNode(session, target)
  if (session.document.value.path.value.length === 0 || !node) return []
  return node.outputs.filter(({ key }) => target?.kind !== 'output' || key === target.output).map(({ key, label }) => ({ from: node.id, output: key, label }))
}

async function promote(session: Session, target?: CanvasTarget): Promise<void> {
  await choose(session, innerOutputs(session, target), ({ label }) => label, ({ from, output }) =>
    session.document.peek().edit([{ type: 'connect', from, output, to: SUBGRAPH_OUTPUTS, input: '' }]))
}

const hasSockets = (session: Session, target?: CanvasTarget) => sockets(session, target).length > 0

export const subgraphSocketCommands: readonly Command[] = [
  {
    id: 'subgraph.promoteOutput', title: 'commands.subgraph.promoteOutput', menus: ['output'],
    isEnabled: (session, target) => innerOutputs(session, target).length > 0, run: promote,
  },
  { id: 'subgraph.renameSocket', title: 'commands.subgraph.renameSocket', menus: ['input', 'output', 'canvas'], isEnabled: hasSockets, run: rename },
  { id: 'subgraph.removeSocket', title: 'commands.subgraph.removeSocket', menus: ['input', 'output', 'canvas'], isEnabled: hasSockets, run: remove },
]
