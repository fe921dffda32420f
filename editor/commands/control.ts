/** What happens to a value after each run: ComfyUI's "control after generate", for inputs whose type offers it. */
import type { Session } from '../app/session.ts'
import type { CanvasTarget } from '../graph/canvas.ts'
import { graphAt, withGraph } from '../graph/graph-at.ts'
import type { SceneInput } from '../graph/scene.ts'
import { CONTROLS, controlOf, withControl, type Control } from '../run/control-values.ts'
import { t, type TextKey } from '../i18n/index.ts'
import type { Command } from './command.ts'
import { chooseInput, inputsFor, type ChosenInput } from './input-choice.ts'

const TITLES: Readonly<Record<Control, TextKey>> = {
  fixed: 'commands.control.fixed', increment: 'commands.control.increment', decrement: 'commands.control.decrement', randomize: 'commands.control.randomize',
}

const isControlled = ({ widget, link }: SceneInput) => link === undefined && widget !== undefined && 'control' in widget && widget.control

export const controlCommands: readonly Command[] = [
  {
    id: 'run.control', title: 'commands.run.control', menus: ['input', 'node'],
    isEnabled: (session, target) => inputsFor(session, target, isControlled).length > 0,
    run: (session, target) => chooseInput(session, inputsFor(session, target, isControlled), (chosen) => choose(session, chosen, target)),
  },
]

function choose(session: Session, { node, input }: ChosenInput, target: CanvasTarget | undefined): void {
  const document = session.document.peek()
  const path = document.path.peek()
  const held = graphAt(document.workflow.peek(), path).nodes.find(({ id }) => id === node.id)
  if (held === undefined) return
  const now = controlOf(held, input.name)
  const place = session.canvas.peek()?.place(target?.kind === 'input' ? target : { kind: 'node', id: node.id })
  session.dialogs.menu(CONTROLS.map((control) => ({
    label: t(TITLES[control]), isChecked: control === now,
    run: () => document.replace((workflow) => withGraph(workflow, path, {
      nodes: graphAt(workflow, path).nodes.map((one) => (one.id === node.id ? withControl(one, input.name, control) : one)),
    })),
  })), place ? [place[0] + 12, place[1] + 24] : [innerWidth / 2, innerHeight / 3])
}
