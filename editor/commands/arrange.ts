/** Putting nodes in order. */
import type { Session } from '../app/session.ts'
import type { CanvasTarget } from '../graph/canvas.ts'
import type { Edit } from '../graph/edit.ts'
import { align, arranged, distribute, estimatedBoxes, snapped, type Side } from '../graph/arrange.ts'
import type { Boxes } from '../graph/bounds.ts'
import type { SceneNode } from '../graph/scene.ts'
import type { TextKey } from '../i18n/index.ts'
import { chosenNodes } from './chosen.ts'
import type { Command } from './command.ts'

/** Where nodes are and how large: as drawn, or as they probably would be. */
export function boxesOf(session: Session, nodes: readonly SceneNode[]): Boxes {
  const drawn = session.canvas.peek()?.bounds(nodes.map(({ id }) => id))
  return new Map([...estimatedBoxes(nodes), ...drawn ?? []])
}

type Arrange = (nodes: readonly SceneNode[], boxes: Boxes, session: Session) => Edit

/** A command that moves the chosen nodes; there have to be as many as that. */
function arrange(id: string, title: TextKey, least: number, order: Arrange, rest: Partial<Command> = {}): Command {
  return {
    id, title, menus: ['node'], submenu: 'commands.arrange', ...rest,
    isEnabled: (session: Session, target?: CanvasTarget) => chosenNodes(session, target).length >= least,
    run: (session, target) => {
      const nodes = chosenNodes(session, target)
      session.document.peek().edit([order(nodes, boxesOf(session, nodes), session)])
    },
  }
}

const aligned = (side: Side): Arrange => (nodes, boxes) => align(nodes, boxes, side)

/** All nodes of the graph by their links. */
function layOut(session: Session): void {
  const nodes = session.document.peek().scene.peek().nodes.filter(({ kind }) => kind !== 'inputs' && kind !== 'outputs')
  session.document.peek().edit([arranged(nodes, boxesOf(session, nodes))])
}

export const arrangeCommands: readonly Command[] = [
  arrange('arrange.alignLeft', 'commands.arrange.alignLeft', 2, aligned('left')),
  arrange('arrange.alignCenter', 'commands.arrange.alignCenter', 2, aligned('center')),
  arrange('arrange.alignRight', 'commands.arrange.alignRight', 2, aligned('right')),
  arrange('arrange.alignTop', 'commands.arrange.alignTop', 2, aligned('top')),
  arrange('arrange.alignMiddle', 'commands.arrange.alignMiddle', 2, aligned('middle')),
  arrange('arrange.alignBottom', 'commands.arrange.alignBottom', 2, aligned('bottom')),
  arrange('arrange.distributeX', 'commands.arrange.distributeX', 3, (nodes, boxes) => distribute(nodes, boxes, 'x')),
  arrange('arrange.distributeY', 'commands.arrange.distributeY', 3, (nodes, boxes) => distribute(nodes, boxes, 'y')),
  arrange('arrange.snap', 'commands.arrange.snap', 1, (nodes, _, { settings }) => snapped(nodes, settings.peek().grid)),
  arrange('arrange.byLinks', 'commands.arrange.byLinks', 2, (nodes, boxes) => arranged(nodes, boxes)),
  { id: 'arrange.all', title: 'commands.arrange.all', menus: ['canvas'], isEnabled: ({ document }) => document.value.scene.value.nodes.length > 0, run: layOut },
]
