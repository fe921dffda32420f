/** What is made in a graph: nodes, notes, frames, reroutes. What is needed rarely is loaded when it is. */
import type { Session } from '../app/session.ts'
import type { CanvasTarget } from '../graph/canvas.ts'
import { groupAround } from '../graph/bounds.ts'
import type { Point, SceneInput } from '../graph/scene.ts'
import { t } from '../i18n/index.ts'
import { openSearch } from '../shell/open-search.ts'
import { boxesOf } from './arrange.ts'
import { chosenGroups, chosenIds, chosenNodes, hasNodes, isGraph } from './chosen.ts'
import { pointerOnCanvas } from './clipboard.ts'
import type { Command } from './command.ts'
import { chooseInput, inputsFor } from './input-choice.ts'

/** Under the mouse, or in the middle of what is seen. */
function freePlace(session: Session): Point {
  const pointed = pointerOnCanvas(session)
  if (pointed) return pointed
  const canvas = session.canvas.peek()
  const [x, y, width, height] = canvas?.place({ kind: 'canvas' }) ?? [0, 0, 0, 0]
  return canvas?.toGraph([x + width / 2, y + height / 2]) ?? [0, 0]
}

const add = (type: string) => async (session: Session) => {
  const { insertNode } = await import('../graph/insert.ts')
  const document = session.document.peek()
  const { workflow, id } = insertNode(document.workflow.peek(), document.path.peek(), type, freePlace(session), session.definitions.peek())
  document.replace(() => workflow)
  document.selection.value = { nodes: new Set([id]), groups: new Set() }
}

const isWritten = ({ widget, link, hasSocket }: SceneInput) => widget !== undefined && link === undefined && hasSocket

/** For an input: its value in a node of its own. Else a value node with nothing linked to it. */
async function addPrimitive(session: Session, target?: CanvasTarget): Promise<void> {
  const inputs = inputsFor(session, target, isWritten)
  if (inputs.length === 0) return await add('PrimitiveNode')(session)
  const { toPrimitive } = await import('../graph/insert.ts')
  await chooseInput(session, inputs, ({ node, input }) => {
    const document = session.document.peek()
    const made = toPrimitive(document.workflow.peek(), document.path.peek(), node.id, input.name, session.definitions.peek())
    if (!made) return
    document.replace(() => made.workflow)
    document.selection.value = { nodes: new Set([made.id]), groups: new Set() }
  })
}

async function removeBridged(session: Session, target?: CanvasTarget): Promise<void> {
  const { removeAndReconnect } = await import('../graph/insert.ts')
  const document = session.document.peek()
  const ids = chosenIds(session, target)
  document.replace((workflow) => removeAndReconnect(workflow, document.path.peek(), ids, session.definitions.peek()))
}

/** A frame around the chosen nodes, or an empty one. */
function group(session: Session, target?: CanvasTarget): void {
  const document = session.document.peek()
  const nodes = chosenNodes(session, target)
  const bounds = groupAround(boxesOf(session, nodes).values(), freePlace(session))
  document.edit([{ type: 'addGroup', title: t('commands.graph.newGroup'), bounds }])
  document.selection.value = { nodes: new Set(), groups: new Set([document.scene.peek().groups.length - 1]) }
}

function ungroup(session: Session, target?: CanvasTarget): void {
  session.document.peek().edit(chosenGroups(session, target).toSorted((a, b) => b - a).map((index) => ({ type: 'removeGroup', index })))
}

const isLinked = ({ link }: SceneInput) => link !== undefined

/** Puts a point into a link, in its middle as it is drawn. */
async function reroute(session: Session, target?: CanvasTarget): Promise<void> {
  await chooseInput(session, inputsFor(session, target, isLinked), ({ node, input }) => {
    const canvas = session.canvas.peek()
    const drawn = canvas?.place({ kind: 'link', to: node.id, input: input.name })
    const position: Point = drawn && canvas ? canvas.toGraph([drawn[0] + drawn[2] / 2, drawn[1] + drawn[3] / 2]) : [node.position[0] - 60, node.position[1]]
    session.document.peek().edit([{ type: 'reroute', to: node.id, input: input.name, position: [Math.round(position[0]), Math.round(position[1])] }])
  })
}

/** Looks for a node that can stand in a link, and puts it there. */
async function insertInLink(session: Session, target?: CanvasTarget): Promise<void> {
  await chooseInput(session, inputsFor(session, target, isLinked), async ({ node, input }) => {
    const canvas = session.canvas.peek()
    const drawn = canvas?.place({ kind: 'link', to: node.id, input: input.name })
    const client: Point | undefined = drawn && [drawn[0] + drawn[2] / 2, drawn[1] + drawn[3] / 2]
    await openSearch(session, { link: input.link!, into: { to: node.id, input: input.name }, ...(client && canvas && { at: { client, graph: canvas.toGraph(client) } }) })
  })
}

async function disconnect(session: Session, target?: CanvasTarget): Promise<void> {
  await chooseInput(session, inputsFor(session, target, isLinked), ({ node, input }) =>
    session.document.peek().edit([{ type: 'disconnect', to: node.id, input: input.name }]))
}

async function reset(session: Session, target?: CanvasTarget): Promise<void> {
  await chooseInput(session, inputsFor(session, target, isChosen), ({ node, input }) =>
    session.document.peek().edit([{ type: 'set', node: node.id, input: input.name }]))
}
const isChosen = (input: SceneInput) => input.widget !== undefined && !input.link && !input.isDefault

export const graphCommands: readonly Command[] = [
  { id: 'graph.addNode', title: 'commands.graph.addNode', keys: ['Shift+A'], isEnabled: isGraph, run: (session) => openSearch(session) },
  { id: 'graph.addPrimitive', title: 'commands.graph.addPrimitive', menus: ['input', 'canvas'], isEnabled: isGraph, run: addPrimitive },
  { id: 'graph.addNote', title: 'commands.graph.addNote', menus: ['canvas'], isEnabled: isGraph, run: add('MarkdownNote') },
  { id: 'graph.group', title: 'commands.graph.group', keys: ['Ctrl+G'], menus: ['node', 'canvas'], isEnabled: isGraph, run: group },
  {
    id: 'graph.ungroup', title: 'commands.graph.ungroup', keys: ['Ctrl+Shift+G'], menus: ['group'],
    isEnabled: (session, target) => chosenGroups(session, target).length > 0, run: ungroup,
  },
  {
    id: 'graph.reroute', title: 'commands.graph.reroute', menus: ['link', 'input'],
    isEnabled: (session, target) => inputsFor(session, target, isLinked).length > 0, run: reroute,
  },
  {
    id: 'graph.insertInLink', title: 'commands.graph.insertInLink', menus: ['link', 'input'],
    isEnabled: (session, target) => isGraph(session) && inputsFor(session, target, isLinked).length > 0, run: insertInLink,
  },
  {
    id: 'graph.disconnect', title: 'commands.graph.disconnect', menus: ['input'],
    isEnabled: (session, target) => inputsFor(session, target, isLinked).length > 0, run: disconnect,
  },
  {
    id: 'graph.reset', title: 'commands.graph.reset', menus: ['input'],
    isEnabled: (session, target) => inputsFor(session, target, isChosen).length > 0, run: reset,
  },
  { id: 'graph.deleteBridged', title: 'commands.graph.deleteBridged', keys: ['Ctrl+Delete', 'Ctrl+Backspace'], where: 'canvas', menus: ['node'], isEnabled: hasNodes, run: removeBridged },
]
