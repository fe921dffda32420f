/** Dragging over a number, and what a click on a widget does. */
import type { Json } from '../../core/types/json.ts'
import type { Edit } from '../graph/edit.ts'
import type { Rectangle, SceneInput } from '../graph/scene.ts'
import type { At, Gesture, Grip } from './gesture.ts'
import type { GraphNode } from './graph-node.ts'
import type { FieldZone } from './node-hit.ts'
import { stepped } from '../widgets/values.ts'
import { rollSeed, slideNumber, stepChoice } from './step-value.ts'

/** Pixels of the screen for one step. */
const PIXELS_PER_STEP = 6

/** What a click on a zone of a widget's row writes at once; undefined where an editor is to be opened. */
export function clickedValue({ widget, value }: SceneInput, zone: FieldZone): Json | undefined {
  const steps = zone === 'less' ? -1 : 1
  switch (widget?.kind) {
    case 'toggle': return value !== true
    case 'number': return zone === 'value' ? undefined : stepped(widget, value, steps)
    case 'choice': return zone === 'value' ? undefined : stepChoice(widget.choices, value, steps)
    case 'seed': return zone === 'dice' ? rollSeed(widget, value) : undefined
    default: return undefined
  }
}

/** Whether a drag over the value changes it. */
export function canDrag({ widget, link }: SceneInput): boolean {
  return widget?.kind === 'number' && link === undefined
}

/** A number that follows the pointer: a slider to where it is, any other by steps. One edit, at the end. */
export function dragValue({ stage, view }: Grip, node: GraphNode, index: number, area: Rectangle, start: At): Gesture {
  const { name, widget, value: before } = node.scene.inputs[index]!
  const valueAt = ({ graph, client }: At): Json | undefined => {
    if (widget?.kind !== 'number') return before
    if (widget.slider) return slideNumber(widget, (graph[0] - node.pos[0] - area[0]) / area[2])
    return stepped(widget, before, Math.trunc((client[0] - start.client[0]) / PIXELS_PER_STEP / Math.min(1, view.scale)))
  }
  const letGo = () => {
    stage.dragged = undefined
    stage.redraw('nodes')
  }
  return {
    move: (at) => {
      const value = valueAt(at)
      if (value !== undefined) stage.dragged = { node: node.key, input: name, value }
      stage.redraw('nodes')
    },
    end: (at): readonly Edit[] => {
      const value = valueAt(at)
      letGo()
      return value === undefined || value === before ? [] : [{ type: 'set', node: node.key, input: name, value }]
    },
    cancel: letGo,
  }
}
