/** Which input a command is about: the one that was clicked, or one that the person picks out of those of the selected node. */
import type { Session } from '../app/session.ts'
import type { CanvasTarget } from '../graph/canvas.ts'
import type { SceneInput, SceneNode } from '../graph/scene.ts'
import { chosenNode } from './chosen.ts'
import { errorText } from './error-text.ts'

export interface ChosenInput {
  readonly node: SceneNode
  readonly input: SceneInput
}

/** The inputs that may be meant. */
export function inputsFor(session: Session, target: CanvasTarget | undefined, isMeant: (input: SceneInput) => boolean): readonly ChosenInput[] {
  const clicked = inputOfTarget(target)
  const node = clicked ? session.document.value.scene.value.nodes.find(({ id }) => id === clicked.id) : chosenNode(session, target)
  if (!node) return []
  return node.inputs.filter((input) => (clicked ? input.name === clicked.input : true) && isMeant(input)).map((input) => ({ node, input }))
}

function inputOfTarget(target: CanvasTarget | undefined): { readonly id: string; readonly input: string } | undefined {
  if (target?.kind === 'input') return target
  return target?.kind === 'link' ? { id: target.to, input: target.input } : undefined
}

/** One of them: the only one, or what is picked from a menu beside the node. Nothing more happens when the menu is left. */
export async function chooseInput(session: Session, inputs: readonly ChosenInput[], then: (chosen: ChosenInput) => void | Promise<void>): Promise<void> {
  const [first] = inputs
  if (!first) return
  if (inputs.length === 1) return await then(first)
  const place = session.canvas.peek()?.place({ kind: 'node', id: first.node.id })
  const client = place ? [place[0] + 12, place[1] + 24] as const : [innerWidth / 2, innerHeight / 3] as const
  const pick = (one: ChosenInput) => async () => {
    try {
      await then(one)
    } catch (error) {
      session.dialogs.tell({ kind: 'error', text: errorText(error) })
    }
  }
  session.dialogs.menu(inputs.map((one) => ({ label: one.input.label, run: () => void pick(one)() })), client)
}
