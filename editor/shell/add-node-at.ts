/** Adds a node of a type to the graph that is shown. */
import type { Session } from '../app/session.ts'
import type { Point } from '../graph/scene.ts'
import { addedNode } from './add-node.ts'
import { editOrTell } from './canvas-listener.ts'
import { noteUse } from './node-uses.ts'

/** Where in the middle each further one is a little aside, in graph units. */
const ASIDE = 24

/** Adds it at a place of the window, or in the middle of the canvas, and selects it. */
export function addNodeAt(session: Session, type: string, client?: Point): void {
  const document = session.document.peek()
  const ground = { workflow: document.workflow.peek(), path: document.path.peek(), definitions: session.definitions.peek() }
  const { id, edits } = addedNode(ground, type, client ? placeAt(session, client) : freePlace(session))
  noteUse(type)
  editOrTell(session, edits, document)
  document.selection.value = { nodes: new Set([id]), groups: new Set() }
}

function placeAt(session: Session, client: Point): Point {
  return session.canvas.peek()?.toGraph(client) ?? [0, 0]
}

/** The middle, beside what was put there before. */
function freePlace(session: Session): Point {
  const [left, top, width, height] = session.canvas.peek()?.place({ kind: 'canvas' }) ?? [0, 0, 0, 0]
  const taken = new Set(session.document.peek().scene.peek().nodes.map(({ position: [x, y] }) => `${Math.round(x)} ${Math.round(y)}`))
  let [x, y] = placeAt(session, [left + width / 2, top + height / 2]).map(Math.round) as [number, number]
  while (taken.has(`${x} ${y}`)) [x, y] = [x + ASIDE, y + ASIDE]
  return [x, y]
}
