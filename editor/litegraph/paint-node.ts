/** Paints one node, at its own coordinates. */
import type { Size } from '../graph/scene.ts'
import type { GraphNode } from './graph-node.ts'
import { FONTS } from './measure-text.ts'
import { PADDING, TITLE_HEIGHT } from './node-layout.ts'
import { paintField, paintNoteText } from './paint-fields.ts'
import { CORNER, paintMarks, stateColor } from './paint-marks.ts'
import { paintSockets } from './paint-sockets.ts'
import type { Palette } from './palette.ts'
import type { Stage } from './stage.ts'
import { clipText } from './text-wrap.ts'
import { typeColor } from './type-colors.ts'


/** A node as it is when one works with it. */
export function paintNode(context: CanvasRenderingContext2D, stage: Stage, node: GraphNode): void {
  const { scene, layout } = node
  context.globalAlpha = scene.mode === undefined ? 1 : 0.55
  if (scene.kind === 'reroute') paintReroute(context, stage, node)
  else {
    paintBox(context, stage, node)
    if (scene.collapsed) paintSockets(context, stage, node)
    else {
      if (scene.kind === 'note') paintNoteText(context, stage, node)
      else for (const place of layout.fields) paintField(context, stage, node, place)
      paintSockets(context, stage, node)
      if (layout.media) stage.pictures.paint(context, node.key, layout.media, stage.palette)
    }
  }
  context.globalAlpha = 1
  paintMarks(context, stage, node)
}

/** A node that is far away: a box in its colours. */
export function paintSimple(context: CanvasRenderingContext2D, stage: Stage, node: GraphNode): void {
  const { size: [width, height], titleHeight } = node.layout
  const { palette } = stage
  const activity = stage.activity.get(node.key)
  context.globalAlpha = node.scene.mode === undefined ? 1 : 0.5
  context.fillStyle = node.scene.mode === 'bypass' ? palette.bypass : bodyColor(node, palette)
  context.fillRect(0, -titleHeight, width, height + titleHeight)
  if (titleHeight > 0) {
    context.fillStyle = titleColor(node, palette)
    context.fillRect(0, -titleHeight, width, titleHeight)
  }
  const border = borderColor(stage, node)
  if (border !== palette.border || activity) {
    context.strokeStyle = activity ? stateColor(activity, palette) : border
    context.lineWidth = 8
    context.strokeRect(0, -titleHeight, width, height + titleHeight)
  }
  context.globalAlpha = 1
}

function paintBox(context: CanvasRenderingContext2D, stage: Stage, node: GraphNode): void {
  const { palette } = stage
  const { scene, layout: { size: [width, height] } } = node
  const shape = (inset = 0) => {
    context.beginPath()
    context.roundRect(-inset, -TITLE_HEIGHT - inset, width + 2 * inset, height + TITLE_HEIGHT + 2 * inset, CORNER + inset)
  }
  context.fillStyle = palette.shadow
  context.beginPath()
  context.roundRect(1, -TITLE_HEIGHT + 3, width, height + TITLE_HEIGHT, CORNER)
  context.fill()
  shape()
  context.fillStyle = bodyColor(node, palette)
  context.fill()
  if (scene.kind === 'unknown') hatch(context, [width, height], palette)
  if (scene.mode === 'bypass') tint(context, palette.bypass, shape)
  paintTitle(context, stage, node)
  shape()
  context.strokeStyle = borderColor(stage, node)
  context.lineWidth = 1
  context.stroke()
  if (!scene.collapsed && !isBorder(node)) paintGrip(context, [width, height], palette)
}

function paintTitle(context: CanvasRenderingContext2D, { palette, measure }: Stage, node: GraphNode): void {
  const { scene, layout: { size: [width, height] } } = node
  context.fillStyle = titleColor(node, palette)
  context.beginPath()
  context.roundRect(0, -TITLE_HEIGHT, width, TITLE_HEIGHT, height > 0 ? [CORNER, CORNER, 0, 0] : CORNER)
  context.fill()
  context.fillStyle = scene.kind === 'note' ? palette.paperText : isBorder(node) ? palette.node : scene.color === undefined ? palette.text : readableOn(scene.color)
  if (!isBorder(node)) paintFold(context, scene.collapsed)
  context.font = FONTS.title
  context.textAlign = 'left'
  context.textBaseline = 'middle'
  const marks = (scene.pinned ? 18 : 0) + (scene.kind === 'subgraph' ? 22 : 0)
  context.fillText(clipText(scene.title, width - TITLE_HEIGHT - PADDING - marks, (text) => measure(text, 'title')), TITLE_HEIGHT - 4, -TITLE_HEIGHT / 2 + 1)
  if (scene.kind === 'subgraph') paintNested(context, width - 22)
  if (scene.pinned) paintPin(context, width - 12 - (scene.kind === 'subgraph' ? 22 : 0))
}

/** The triangle that folds a node. */
function paintFold(context: CanvasRenderingContext2D, isCollapsed: boolean): void {
  context.save()
  context.translate(14, -TITLE_HEIGHT / 2)
  if (isCollapsed) context.rotate(-Math.PI / 2)
  context.beginPath()
  context.moveTo(-4, -2.5)
  context.lineTo(4, -2.5)
  context.lineTo(0, 3)
  context.fill()
  context.restore()
}

/** Two boxes, one in the other: there is a graph inside. */
function paintNested(context: CanvasRenderingContext2D, x: number): void {
  context.strokeStyle = context.fillStyle
  context.lineWidth = 1.5
  context.strokeRect(x, -21, 12, 12)
  context.fillRect(x + 5, -16, 7, 7)
}

function paintPin(context: CanvasRenderingContext2D, x: number): void {
  context.beginPath()
  context.arc(x, -18, 4, 0, 2 * Math.PI)
  context.fill()
  context.fillRect(x - 0.75, -15, 1.5, 8)
}

function paintGrip(context: CanvasRenderingContext2D, [width, height]: Size, palette: Palette): void {
  context.strokeStyle = palette.border
  context.lineWidth = 1.5
  context.beginPath()
  for (const inset of [0, 4]) {
    context.moveTo(width - 3, height - 10 + inset)
    context.lineTo(width - 10 + inset, height - 3)
  }
  context.stroke()
}

function hatch(context: CanvasRenderingContext2D, [width, height]: Size, palette: Palette): void {
  context.save()
  context.clip()
  context.strokeStyle = palette.hatch
  context.lineWidth = 5
  context.beginPath()
  for (let x = -height - TITLE_HEIGHT; x < width; x += 18) {
    context.moveTo(x, height)
    context.lineTo(x + height + TITLE_HEIGHT, -TITLE_HEIGHT)
  }
  context.stroke()
  context.restore()
}

function tint(context: CanvasRenderingContext2D, color: string, shape: () => void): void {
  const alpha = context.globalAlpha
  context.globalAlpha = 0.35
  context.fillStyle = color
  shape()
  context.fill()
  context.globalAlpha = alpha
}

function paintReroute(context: CanvasRenderingContext2D, stage: Stage, node: GraphNode): void {
  const [x, y] = [node.layout.size[0] / 2, node.layout.size[1] / 2]
  const source = node.scene.inputs[0]?.link
  const output = source && stage.model.output(source.from, source.output)
  const color = typeColor(output?.output.socket ?? node.scene.outputs[0]?.socket ?? '*', stage.settings.theme)
  context.strokeStyle = color
  context.lineWidth = 2.5
  context.beginPath()
  context.moveTo(0, y)
  context.lineTo(2 * x, y)
  context.stroke()
  context.fillStyle = color
  context.beginPath()
  context.arc(x, y, 7, 0, 2 * Math.PI)
  context.fill()
  context.strokeStyle = stage.palette.canvas
  context.lineWidth = 1.5
  context.stroke()
}

/** What stands for the subgraph itself. */
const isBorder = ({ scene: { kind } }: GraphNode): boolean => kind === 'inputs' || kind === 'outputs'

function bodyColor({ scene }: GraphNode, palette: Palette): string {
  if (scene.kind === 'note') return scene.color ?? palette.paper
  return palette.node
}

function titleColor(node: GraphNode, palette: Palette): string {
  const { scene } = node
  if (isBorder(node)) return palette.selection
  return scene.color ?? (scene.kind === 'note' ? palette.paper : palette.title)
}

function borderColor({ palette, selection }: Stage, { key, scene }: GraphNode): string {
  if (scene.problems.length > 0) return palette.danger
  return selection.nodes.has(key) ? palette.selection : palette.border
}

/** Black or white, whichever is read better on a colour `#rrggbb`. */
function readableOn(color: string): string {
  const [r, g, b] = [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16))
  return 0.299 * r! + 0.587 * g! + 0.114 * b! > 140 ? '#14161b' : '#ffffff'
}
