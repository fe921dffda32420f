/** Subgraphs, and names of inputs and outputs for those outside. */
import type { Session } from '../app/session.ts'
import { SUBGRAPH_INPUTS } from '../../core/workflow/workflow.ts'
import type { CanvasTarget } from '../graph/canvas.ts'
import { findGraph } from '../graph/graph-at.ts'
import { freeName } from '../graph/ids.ts'
import type { SceneInput } from '../graph/scene.ts'
import { t } from '../i18n/index.ts'
import { chosenIds, chosenNode, hasNodes } from './chosen.ts'
import type { Command } from './command.ts'
import { chooseInput, inputsFor } from './input-choice.ts'

async function pack(session: Session, target?: CanvasTarget): Promise<void> {
  const { packNodes } = await import('../graph/subgraph.ts')
  const document = session.document.peek()
  const packed = packNodes(document.workflow.peek(), document.path.peek(), chosenIds(session, target), t('commands.subgraph.newName'))
  document.replace(() => packed.workflow)
  document.selection.value = { nodes: new Set([packed.node]), groups: new Set() }
}

async function unpack(session: Session, target?: CanvasTarget): Promise<void> {
  const { unpackNode } = await import('../graph/subgraph.ts')
  const document = session.document.peek()
  const open = unpackNode(document.workflow.peek(), document.path.peek(), chosenNode(session, target)!.id)
  document.replace(() => open.workflow)
  document.selection.value = { nodes: new Set(open.ids), groups: new Set() }
}

const isSubgraph = (session: Session, target?: CanvasTarget) => chosenNode(session, target)?.kind === 'subgraph'
const isInside = ({ document }: Session) => document.value.path.value.length > 0

function enter(session: Session, target?: CanvasTarget): void {
  const { path } = session.document.peek()
  path.value = [...path.peek(), chosenNode(session, target)!.id]
}

/** The node that was left stays selected. */
function leave({ document }: Session): void {
  const { path, selection } = document.peek()
  const left = path.peek().at(-1)
  path.value = path.peek().slice(0, -1)
  if (left !== undefined) selection.value = { nodes: new Set([left]), groups: new Set() }
}

const isInner = ({ link, hasSocket }: SceneInput) => hasSocket && link?.from !== SUBGRAPH_INPUTS

/** Inside a subgraph, makes an input one of the subgraph's. */
async function promote(session: Session, target?: CanvasTarget): Promise<void> {
  await chooseInput(session, inputsFor(session, target, isInner), ({ node, input }) =>
    session.document.peek().edit([{ type: 'connect', from: SUBGRAPH_INPUTS, output: '', to: node.id, input: input.name }]))
}

const isPromoted = ({ link }: SceneInput) => link?.from === SUBGRAPH_INPUTS

/** Takes the input of the subgraph away that this one reads. */
async function demote(session: Session, target?: CanvasTarget): Promise<void> {
  const { removeSocket } = await import('../graph/subgraph.ts')
  const document = session.document.peek()
  await chooseInput(session, inputsFor(session, target, isPromoted), ({ input }) =>
    document.replace((workflow) => removeSocket(workflow, document.path.peek(), 'input', String(input.link!.output))))
}

/** The name that an input has for forms, the terminal and HTTP. */
function exposedName({ document }: Session, node: string, input: string): string | undefined {
  const { workflow, path } = document.value
  const at = [...path.value, node].join('/')
  return workflow.value.parameters?.find((one) => one.node === at && one.input === input)?.name
}

const hasWidget = ({ widget, link }: SceneInput) => widget !== undefined && link === undefined

/** Asks for the name. */
async function expose(session: Session, target?: CanvasTarget): Promise<void> {
  const document = session.document.peek()
  await chooseInput(session, inputsFor(session, target, hasWidget), async ({ node, input }) => {
    const taken = new Set(document.workflow.peek().parameters?.map(({ name }) => name))
    const value = exposedName(session, node.id, input.name) ?? freeName(input.name.replaceAll('.', '_'), taken)
    const name = await session.dialogs.askText({ label: t('commands.subgraph.exposeName', { input: input.label }), value })
    if (name !== undefined && name.trim() !== '') document.edit([{ type: 'expose', node: node.id, input: input.name, name: name.trim() }])
  })
}

const exposedInputs = (session: Session, target?: CanvasTarget) =>
  inputsFor(session, target, hasWidget).filter(({ node, input }) => exposedName(session, node.id, input.name) !== undefined)

async function conceal(session: Session, target?: CanvasTarget): Promise<void> {
  await chooseInput(session, exposedInputs(session, target), ({ node, input }) =>
    session.document.peek().edit([{ type: 'expose', node: node.id, input: input.name }]))
}

async function rename(session: Session): Promise<void> {
  const { renameSubgraph } = await import('../graph/subgraph.ts')
  const document = session.document.peek()
  const name = await session.dialogs.askText({ label: t('commands.subgraph.rename'), value: findGraph(document.workflow.peek(), document.path.peek())?.subgraph?.name ?? '' })
  if (name !== undefined) document.replace((workflow) => renameSubgraph(workflow, document.path.peek(), name))
}

export const subgraphCommands: readonly Command[] = [
  { id: 'subgraph.make', title: 'commands.subgraph.make', keys: ['Ctrl+Shift+E'], menus: ['node'], isEnabled: hasNodes, run: pack },
  { id: 'subgraph.enter', title: 'commands.subgraph.enter', keys: ['Alt+ArrowDown'], menus: ['node'], isEnabled: isSubgraph, run: enter },
  { id: 'subgraph.leave', title: 'commands.subgraph.leave', keys: ['Alt+ArrowUp', 'Escape'], where: 'canvas', menus: ['canvas'], isEnabled: isInside, run: leave },
  { id: 'subgraph.unpack', title: 'commands.subgraph.unpack', keys: ['Ctrl+Shift+U'], menus: ['node'], isEnabled: isSubgraph, run: unpack },
  { id: 'subgraph.rename', title: 'commands.subgraph.rename', menus: ['canvas'], isEnabled: isInside, run: rename },
  {
    id: 'subgraph.promote', title: 'commands.subgraph.promote', menus: ['input'],
    isEnabled: (session, target) => isInside(session) && inputsFor(session, target, isInner).length > 0, run: promote,
  },
  {
    id: 'subgraph.demote', title: 'commands.subgraph.demote', menus: ['input'],
    isEnabled: (session, target) => isInside(session) && inputsFor(session, target, isPromoted).length > 0, run: demote,
  },
  { id: 'subgraph.expose', title: 'commands.subgraph.expose', menus: ['input'], isEnabled: (session, target) => inputsFor(session, target, hasWidget).length > 0, run: expose },
  { id: 'subgraph.conceal', title: 'commands.subgraph.conceal', menus: ['input'], isEnabled: (session, target) => exposedInputs(session, target).length > 0, run: conceal },
]
