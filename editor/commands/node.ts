/** What is done to nodes: how they run, how they look, where they lie. */
import type { Session } from '../app/session.ts'
import type { CanvasTarget } from '../graph/canvas.ts'
import type { Edit, Look } from '../graph/edit.ts'
import type { Point, SceneNode } from '../graph/scene.ts'
import type { NodeMode } from '../../core/workflow/workflow.ts'
import { t } from '../i18n/index.ts'
import { chosenGroups, chosenIds, chosenNode, chosenNodes, hasNodes, isGraph } from './chosen.ts'
import type { Command } from './command.ts'
import { NODE_COLORS } from './colors.ts'
import { neighbour } from './neighbour.ts'

/** All of them this way, or, where all are so already, back. */
function toggleMode(mode: NodeMode) {
  return (session: Session, target?: CanvasTarget) => {
    const nodes = chosenNodes(session, target)
    const isOn = nodes.every((node) => node.mode === mode)
    session.document.peek().edit([{ type: 'mode', nodes: nodes.map(({ id }) => id), ...(!isOn && { mode }) }])
  }
}

function toggleLook(look: 'collapsed' | 'pinned') {
  return (session: Session, target?: CanvasTarget) => {
    const nodes = chosenNodes(session, target)
    const isOn = nodes.every((node) => node[look])
    change(session, target, { [look]: !isOn })
  }
}

function change(session: Session, target: CanvasTarget | undefined, look: Partial<Look>): void {
  session.document.peek().edit([{ type: 'look', nodes: chosenIds(session, target), look }])
}

/** Frames take the colour too. */
function paint(color: string | null) {
  return (session: Session, target?: CanvasTarget) => {
    const nodes = chosenIds(session, target)
    const groups = chosenGroups(session, target).map((index): Edit => ({ type: 'changeGroup', index, ...(color !== null && { color }) }))
    session.document.peek().edit([...nodes.length > 0 ? [{ type: 'look', nodes, look: { color } } as const] : [], ...groups])
  }
}

async function rename(session: Session, target?: CanvasTarget): Promise<void> {
  const document = session.document.peek()
  const group = chosenGroups(session, target)[0]
  const node = group === undefined || hasNodes(session, target) ? chosenNode(session, target) : undefined
  const value = node ? node.title : document.scene.peek().groups.find(({ index }) => index === group)?.title
  const place = node ? { kind: 'node', id: node.id } as const : { kind: 'group', index: group ?? 0 } as const
  const over = session.canvas.peek()?.place(place)
  const title = await session.dialogs.askText({ label: t('commands.node.rename'), value: value ?? '', ...(over && { over: [over[0], over[1], over[2], Math.min(over[3], 32)] as const }) })
  if (title === undefined) return
  if (node) document.edit([{ type: 'rename', id: node.id, ...(title.trim() !== '' && { title }) }])
  else if (group !== undefined) document.edit([{ type: 'changeGroup', index: group, title }])
}

/** Arrow keys: by the grid when it is on, else by a little. Pinned nodes stay. */
function moveBy(x: number, y: number) {
  return (session: Session) => {
    const step = session.settings.peek().snap ? session.settings.peek().grid : 10
    const moved = chosenNodes(session).filter(({ pinned }) => !pinned)
      .map(({ id, position: [left, top] }): { id: string; position: Point } => ({ id, position: [left + x * step, top + y * step] }))
    session.document.peek().edit([{ type: 'move', nodes: moved }])
  }
}

/** The node before or after the one that is selected, in the order of reading. */
function go(by: 1 | -1) {
  return (session: Session) => {
    const next = nextNode(session, by)
    if (next) session.canvas.peek()?.select({ nodes: [next.id] })
  }
}

function nextNode({ document }: Session, by: 1 | -1): SceneNode | undefined {
  const { scene, selection } = document.value
  return neighbour(scene.value.nodes, selection.value.nodes, by)
}

/** The first value of the node that is written by hand. */
function editFirst(session: Session): void {
  const input = firstWidget(session)
  const node = chosenNode(session)
  if (node && input) session.editing.value = { document: session.document.peek(), node: node.id, input: input.name }
}

function firstWidget(session: Session) {
  return chosenNode(session)?.inputs.find(({ widget, link }) => widget && !link)
}

const canMove = (session: Session) => isGraph(session) && hasNodes(session)
const isAnyNodeOrGroup = (session: Session, target?: CanvasTarget) => hasNodes(session, target) || chosenGroups(session, target).length > 0
const arrow = (key: string, x: number, y: number): Command => ({
  id: `node.move${key}`, title: `commands.node.move${key as 'Up' | 'Down' | 'Left' | 'Right'}`, keys: [`Arrow${key}`], where: 'canvas', isEnabled: canMove, run: moveBy(x, y),
})

export const nodeCommands: readonly Command[] = [
  { id: 'node.mute', title: 'commands.node.mute', keys: ['Ctrl+M'], menus: ['node'], isEnabled: hasNodes, run: toggleMode('mute') },
  { id: 'node.bypass', title: 'commands.node.bypass', keys: ['Ctrl+B'], menus: ['node'], isEnabled: hasNodes, run: toggleMode('bypass') },
  {
    id: 'node.always', title: 'commands.node.always', menus: ['node'],
    isEnabled: (session, target) => chosenNodes(session, target).some(({ mode }) => mode !== undefined),
    run: (session, target) => session.document.peek().edit([{ type: 'mode', nodes: chosenIds(session, target) }]),
  },
  { id: 'node.collapse', title: 'commands.node.collapse', keys: ['Alt+C'], menus: ['node'], isEnabled: hasNodes, run: toggleLook('collapsed') },
  { id: 'node.pin', title: 'commands.node.pin', keys: ['P'], menus: ['node'], isEnabled: hasNodes, run: toggleLook('pinned') },
  {
    id: 'node.rename', title: 'commands.node.rename', keys: ['F2'], menus: ['node', 'group'],
    isEnabled: (session, target) => chosenNode(session, target) !== undefined || chosenGroups(session, target).length === 1, run: rename,
  },
  {
    id: 'node.help', title: 'commands.node.help', keys: ['Shift+F1'], menus: ['node'], isEnabled: (session, target) => chosenNode(session, target) !== undefined,
    run: (session, target) => {
      session.document.peek().selection.value = { nodes: new Set(chosenIds(session, target)), groups: new Set() }
      session.panel.value = 'help'
    },
  },
  ...NODE_COLORS.map(({ id, title, color }): Command => ({ id, title, menus: ['node', 'group'], submenu: 'commands.node.color', isEnabled: isAnyNodeOrGroup, run: paint(color) })),
  { id: 'node.next', title: 'commands.node.next', keys: ['Tab'], where: 'canvas', isEnabled: (session) => isGraph(session) && nextNode(session, 1) !== undefined, run: go(1) },
  { id: 'node.previous', title: 'commands.node.previous', keys: ['Shift+Tab'], where: 'canvas', isEnabled: (session) => isGraph(session) && nextNode(session, -1) !== undefined, run: go(-1) },
  { id: 'node.edit', title: 'commands.node.edit', keys: ['Enter'], where: 'canvas', isEnabled: (session) => isGraph(session) && firstWidget(session) !== undefined, run: editFirst },
  arrow('Up', 0, -1), arrow('Down', 0, 1), arrow('Left', -1, 0), arrow('Right', 1, 0),
]
