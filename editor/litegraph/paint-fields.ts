/** Paints the rows of widgets: one look for each kind, from a table. */
import type { Json } from '../../core/types/json.ts'
import type { Rectangle, SceneInput } from '../graph/scene.ts'
import type { Widget, WidgetKind } from '../widgets/widget.ts'
import type { GraphNode } from './graph-node.ts'
import { FONTS } from './measure-text.ts'
import { LINE_HEIGHT, PADDING, type FieldPlace } from './node-layout.ts'
import { MARKDOWN_NOTE, wrapNote } from './note-lines.ts'
import { ARROW_WIDTH, hasArrows } from './node-hit.ts'
import type { Stage } from './stage.ts'
import { clipText, wrapText } from './text-wrap.ts'
import { typeColor } from './type-colors.ts'

interface Field {
  readonly context: CanvasRenderingContext2D
  readonly stage: Stage
  readonly input: SceneInput
  readonly widget: Widget
  readonly area: Rectangle
  readonly value: Json | undefined
  /** In one line. */
  readonly text: string
}

const RADIUS = 5

/** What is painted inside the row, by kind. */
const PAINTERS: Readonly<Record<WidgetKind, (field: Field) => void>> = {
  number: (field) => (field.widget.kind === 'number' && field.widget.slider ? slider(field, field.widget) : line(field)),
  seed: (field) => {
    line(field, ARROW_WIDTH)
    dice(field)
  },
  toggle,
  choice: (field) => line(field),
  text: (field) => (field.widget.kind === 'text' && field.widget.multiline ? paragraph(field) : line(field)),
  choices: (field) => line(field),
  json: (field) => line(field),
}

/** One widget: its value, or where its value comes from. */
export function paintField(context: CanvasRenderingContext2D, stage: Stage, node: GraphNode, { input: index, area }: FieldPlace): void {
  const input = node.scene.inputs[index]!
  const { widget } = input
  if (!widget) return
  const { dragged } = stage
  const value = dragged?.node === node.key && dragged.input === input.name ? dragged.value : input.value
  const text = input.link ? '' : secretOf(widget, stage.settings.valueText(node.key, input.name, value))
  const field: Field = { context, stage, input, widget, area, value, text }
  frame(field)
  context.font = FONTS.small
  context.textBaseline = 'middle'
  if (input.link) linked(field)
  else PAINTERS[widget.kind](field)
  context.textAlign = 'left'
}

/** The text of a note, wrapped over its whole body. */
export function paintNoteText(context: CanvasRenderingContext2D, { palette, measure }: Stage, { scene, layout: { size: [width, height] } }: GraphNode): void {
  const text = String(scene.inputs.find(({ widget }) => widget?.kind === 'text')?.value ?? '')
  context.fillStyle = palette.paperText
  context.textAlign = 'left'
  context.textBaseline = 'middle'
  const room = Math.max(1, Math.floor((height - PADDING) / LINE_HEIGHT))
  wrapNote(text, scene.type === MARKDOWN_NOTE, width - 2 * PADDING, measure, room).forEach(({ text: part, font, indent }, row) => {
    context.font = FONTS[font]
    context.fillText(part, PADDING + indent, PADDING / 2 + 4 + (row + 0.5) * LINE_HEIGHT)
  })
}

function frame({ context, stage: { palette }, input, area }: Field): void {
  context.beginPath()
  context.roundRect(...area, RADIUS)
  context.fillStyle = palette.field
  context.fill()
  context.strokeStyle = input.problem ? palette.danger : palette.fieldBorder
  context.lineWidth = input.problem ? 1.5 : 1
  context.stroke()
}

/** Name at the left, value at the right. */
function line(field: Field, right = 0): void {
  const { context, stage, input, area: [x, y, width, height] } = field
  const ends = hasArrows(input) ? ARROW_WIDTH : 6
  if (hasArrows(input)) arrows(field)
  const room = width - 2 * ends - right - 8
  const label = name(field, x + ends, y + Math.min(height, 22) / 2, Math.max(room * 0.6, room - stage.measure(field.text, 'small')))
  context.fillStyle = stage.palette.text
  context.textAlign = 'right'
  context.fillText(clip(field, field.text, room - label), x + width - ends - right, y + height / 2 + 0.5)
}

function name({ context, stage, input }: Field, x: number, y: number, room: number): number {
  const label = clipText(input.label, room, (text) => stage.measure(text, 'small'))
  context.textAlign = 'left'
  context.fillStyle = input.problem ? stage.palette.danger : stage.palette.muted
  context.fillText(label, x, y + 0.5)
  return stage.measure(label, 'small')
}

const clip = ({ stage }: Field, text: string, room: number): string => clipText(text, room, (part) => stage.measure(part, 'small'))

function arrows({ context, stage: { palette }, area: [x, y, width, height] }: Field): void {
  const middle = y + height / 2
  context.fillStyle = palette.muted
  context.beginPath()
  context.moveTo(x + 13, middle - 4)
  context.lineTo(x + 7, middle)
  context.lineTo(x + 13, middle + 4)
  context.moveTo(x + width - 13, middle - 4)
  context.lineTo(x + width - 7, middle)
  context.lineTo(x + width - 13, middle + 4)
  context.fill()
}

function slider(field: Field, { min = 0, max = 1 }: Widget & { readonly kind: 'number' }): void {
  const { context, stage: { palette }, area: [x, y, width, height], value } = field
  const share = typeof value === 'number' && max > min ? Math.min(1, Math.max(0, (value - min) / (max - min))) : 0
  const alpha = context.globalAlpha
  context.globalAlpha = alpha * 0.3
  context.fillStyle = palette.accent
  context.beginPath()
  context.roundRect(x, y, width * share, height, RADIUS)
  context.fill()
  context.globalAlpha = alpha
  context.fillRect(x + width * share - 1, y + 2, 2, height - 4)
  line(field)
}

function toggle(field: Field): void {
  const { context, stage: { palette }, area: [x, y, width, height], value } = field
  const isOn = value === true
  line(field, 32)
  const [left, middle] = [x + width - 34, y + height / 2]
  context.fillStyle = isOn ? palette.accent : palette.border
  context.beginPath()
  context.roundRect(left, middle - 7, 28, 14, 7)
  context.fill()
  context.fillStyle = isOn ? palette.onAccent : palette.node
  context.beginPath()
  context.arc(left + (isOn ? 21 : 7), middle, 5, 0, 2 * Math.PI)
  context.fill()
}

function dice({ context, stage: { palette }, area: [x, y, width, height] }: Field): void {
  const [left, top] = [x + width - 20, y + height / 2 - 7]
  context.strokeStyle = palette.muted
  context.lineWidth = 1.5
  context.beginPath()
  context.roundRect(left, top, 14, 14, 3)
  context.stroke()
  context.fillStyle = palette.muted
  for (const [dx, dy] of [[4, 4], [10, 4], [7, 7], [4, 10], [10, 10]] as const) {
    context.beginPath()
    context.arc(left + dx, top + dy, 1.3, 0, 2 * Math.PI)
    context.fill()
  }
}

/** Several lines; the name where there is nothing yet. */
function paragraph(field: Field): void {
  const { context, stage: { palette, measure }, input, widget, area: [x, y, width, height], value, text } = field
  const whole = typeof value === 'string' && widget.kind === 'text' && !widget.secret ? value : text
  if (whole === '') {
    name(field, x + 6, y + 12, width - 12)
    return
  }
  context.textAlign = 'left'
  context.fillStyle = input.isDefault ? palette.muted : palette.text
  const room = Math.max(1, Math.floor((height - 8) / LINE_HEIGHT))
  wrapText(whole.slice(0, 4000), width - 12, (part) => measure(part, 'small'), room)
    .forEach((part, row) => context.fillText(part, x + 6, y + 5 + (row + 0.5) * LINE_HEIGHT))
}

/** A widget whose value comes through a link says from where. */
function linked(field: Field): void {
  const { context, stage: { model, palette, settings }, input, area: [x, y, width, height] } = field
  const label = name(field, x + 6, y + height / 2, width * 0.5)
  const title = model.node(input.link!.from)?.scene.title ?? input.link!.from
  context.textAlign = 'right'
  context.fillStyle = palette.muted
  const text = clip(field, title, width - label - 36)
  context.fillText(text, x + width - 6, y + height / 2 + 0.5)
  const end = x + width - 10 - field.stage.measure(text, 'small')
  context.strokeStyle = typeColor(input.socket, settings.theme)
  context.lineWidth = 1.5
  context.beginPath()
  context.moveTo(end, y + height / 2)
  context.lineTo(end - 10, y + height / 2)
  context.moveTo(end - 6, y + height / 2 - 3)
  context.lineTo(end - 10, y + height / 2)
  context.lineTo(end - 6, y + height / 2 + 3)
  context.stroke()
}

/** A secret shows that something is written, not what and not how long. */
function secretOf(widget: Widget, text: string): string {
  return widget.kind === 'text' && widget.secret && text !== '' ? '••••••••' : text
}
