/** Paints a node's sockets and their names. */
import { isList, isUnion, type SocketType } from '../../core/types/socket.ts'
import type { Point, SceneInput } from '../graph/scene.ts'
import type { GraphNode } from './graph-node.ts'
import { FONTS } from './measure-text.ts'
import { PADDING } from './node-layout.ts'
import { heldFits } from './held-fits.ts'
import type { Stage } from './stage.ts'
import { clipText } from './text-wrap.ts'
import { typeColor } from './type-colors.ts'

const RADIUS = 5

/** All sockets; those that the held link can't go to are dim. */
export function paintSockets(context: CanvasRenderingContext2D, stage: Stage, node: GraphNode): void {
  const { scene, layout } = node
  const alpha = context.globalAlpha
  context.font = FONTS.label
  context.textBaseline = 'middle'
  scene.inputs.forEach((input, index) => {
    const place = layout.inputs[index]
    if (!place) return
    context.globalAlpha = alpha * (heldFits(stage, node, 'input', index) ? 1 : 0.25)
    const isTarget = stage.held?.target?.node === node.key && stage.held.target.index === index && 'from' in stage.held.loose
    paintSocket(context, stage, place, input.socket, { isFilled: input.link !== undefined, isTarget, hasProblem: input.problem !== undefined })
    if (!scene.collapsed && isLabelled(node, index)) paintInputName(context, stage, node, input, place)
  })
  scene.outputs.forEach(({ socket, each, label }, index) => {
    const place = layout.outputs[index]!
    context.globalAlpha = alpha * (heldFits(stage, node, 'output', index) ? 1 : 0.25)
    const isTarget = stage.held?.target?.node === node.key && stage.held.target.index === index && 'to' in stage.held.loose
    paintSocket(context, stage, place, each ? { list: socket } : socket, { isFilled: true, isTarget, hasProblem: false })
    if (scene.collapsed) return
    context.fillStyle = stage.palette.text
    context.textAlign = 'right'
    context.fillText(clipText(label, layout.size[0] - 2 * PADDING, (text) => stage.measure(text, 'label')), place[0] - PADDING, place[1] + 0.5)
  })
  context.textAlign = 'left'
  context.globalAlpha = alpha
}

/** A socket with a widget is named in the widget's row. */
function isLabelled({ layout }: GraphNode, index: number): boolean {
  return !layout.fields.some(({ input }) => input === index)
}

function paintInputName(context: CanvasRenderingContext2D, { palette, measure }: Stage, { layout }: GraphNode, input: SceneInput, [, y]: Point): void {
  context.textAlign = 'left'
  context.fillStyle = input.problem ? palette.danger : palette.text
  const label = clipText(input.label, layout.size[0] - 2 * PADDING - 10, (text) => measure(text, 'label'))
  context.fillText(label, PADDING, y + 0.5)
  if (!input.required || input.link) return
  context.fillStyle = palette.danger
  context.fillText('*', PADDING + measure(label, 'label') + 3, y + 1)
}

interface SocketLook {
  readonly isFilled: boolean
  readonly isTarget: boolean
  readonly hasProblem: boolean
}

/** A dot; a square for a list, a diamond for one of several types. Hollow while nothing comes in. */
function paintSocket(context: CanvasRenderingContext2D, { palette, settings }: Stage, [x, y]: Point, socket: SocketType, look: SocketLook): void {
  const radius = look.isTarget ? RADIUS + 2.5 : RADIUS
  context.beginPath()
  if (isList(socket)) context.rect(x - radius + 0.5, y - radius + 0.5, 2 * radius - 1, 2 * radius - 1)
  else if (isUnion(socket)) {
    context.moveTo(x, y - radius - 1)
    context.lineTo(x + radius + 1, y)
    context.lineTo(x, y + radius + 1)
    context.lineTo(x - radius - 1, y)
    context.closePath()
  } else context.arc(x, y, radius, 0, 2 * Math.PI)
  const color = typeColor(socket, settings.theme)
  context.fillStyle = look.isFilled || look.isTarget ? color : palette.node
  context.fill()
  context.strokeStyle = look.hasProblem ? palette.danger : color
  context.lineWidth = look.hasProblem ? 2.5 : 2
  context.stroke()
}
