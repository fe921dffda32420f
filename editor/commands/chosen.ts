/** What a command is about: what was clicked, or what is selected. */
import type { Session } from '../app/session.ts'
import type { CanvasTarget } from '../graph/canvas.ts'
import { SUBGRAPH_OUTPUTS, type SceneNode } from '../graph/scene.ts'
import { SUBGRAPH_INPUTS } from '../../core/workflow/workflow.ts'
import { nodeTargetId } from './target.ts'

/** The nodes that a command is about, without the border of a subgraph: the selected ones, or the one that was clicked if it is none of them. */
export function chosenNodes(session: Session, target?: CanvasTarget): readonly SceneNode[] {
  const { scene, selection } = session.document.value
  const clicked = nodeTargetId(target)
  const { nodes } = selection.value
  const ids = clicked === undefined || nodes.has(clicked) ? nodes : new Set([clicked])
  return scene.value.nodes.filter(({ id }) => ids.has(id) && id !== SUBGRAPH_INPUTS && id !== SUBGRAPH_OUTPUTS)
}

/** Their ids. */
export function chosenIds(session: Session, target?: CanvasTarget): readonly string[] {
  return chosenNodes(session, target).map(({ id }) => id)
}

/** The frames that a command is about, by their indices. */
export function chosenGroups(session: Session, target?: CanvasTarget): readonly number[] {
  const { groups } = session.document.value.selection.value
  if (target?.kind === 'group' && !groups.has(target.index)) return [target.index]
  return nodeTargetId(target) === undefined ? [...groups] : []
}

/** The only node that a command is about, if it is one. */
export function chosenNode(session: Session, target?: CanvasTarget): SceneNode | undefined {
  const nodes = chosenNodes(session, target)
  return nodes.length === 1 ? nodes[0] : undefined
}

/** Whether there is a node for it, for `isEnabled`. */
export const hasNodes = (session: Session, target?: CanvasTarget): boolean => chosenNodes(session, target).length > 0

/** Whether the graph is what is seen. */
export const isGraph = (session: Session): boolean => session.view.value === 'graph'
