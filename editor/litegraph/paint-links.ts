/** Paints links: those of the scene in few strokes, and the one that is being drawn. */
import { isList, type SocketType } from '../../core/types/socket.ts'
import type { Point, Rectangle } from '../graph/scene.ts'
import { overlaps, spanned, grow } from './geometry.ts'
import type { DrawnLink } from './graph-model.ts'
import { linkShape, middleOf, type LinkShape } from './link-shape.ts'
import type { HeldLink, Stage } from './stage.ts'
import { typeColor } from './type-colors.ts'

const WIDTH = 2.5

/** Links of one look, stroked together. */
interface Bundle {
  readonly color: string
  readonly isDashed: boolean
  readonly isLit: boolean
  readonly path: Path2D
}

/** All links that may be seen. `simple`: straight, for a graph that is far away. */
export function paintLinks(context: CanvasRenderingContext2D, stage: Stage, visible: Rectangle, simple: boolean): void {
  const bundles = new Map<string, Bundle>()
  const middles: { readonly color: string; readonly point: Point }[] = []
  for (const link of stage.model.links) {
    if (link === stage.held?.moved || link === stage.pulled?.link) continue
    const shape = shapeOf(stage, link, simple)
    if (!overlaps(grow(spanned(shape.points[0]!, shape.points.at(-1)!), 120), visible)) continue
    const isLit = !simple && isHighlighted(stage, link)
    trace(bundleOf(bundles, stage, link, isLit).path, shape)
    if (isLit) middles.push({ color: colorOf(stage, link.socket), point: middleOf(shape) })
  }
  for (const bundle of bundles.values()) strokeBundle(context, stage, bundle, simple)
  for (const { color, point } of middles) paintDot(context, point, 4, color)
  if (stage.pulled) paintPulled(context, stage, stage.pulled)
}

/** The link that is being drawn, over everything. */
export function paintHeld(context: CanvasRenderingContext2D, stage: Stage, held: HeldLink): void {
  const start = startOf(stage, held)
  if (!start) return
  const end = targetPoint(stage, held) ?? held.end
  const [from, to] = 'from' in held.loose ? [start.point, end] : [end, start.point]
  const color = held.refusal === undefined ? colorOf(stage, start.socket) : stage.palette.danger
  context.strokeStyle = color
  context.lineWidth = WIDTH + 0.5
  context.setLineDash(isList(start.socket) ? [8, 5] : [])
  const path = new Path2D()
  trace(path, linkShape(from, to, stage.settings.links))
  context.stroke(path)
  context.setLineDash([])
  paintDot(context, end, held.target ? 7 : 4, color)
}

/** The socket that a held link comes from. */
export function startOf({ model }: Stage, { loose }: HeldLink): { readonly point: Point; readonly socket: SocketType } | undefined {
  if ('from' in loose) {
    const found = model.output(loose.from, loose.output)
    return found && { point: model.outputPoint(found.node, found.index), socket: found.output.socket }
  }
  const found = model.input(loose.to, loose.input)
  const point = found && model.inputPoint(found.node, found.index)
  return found && point && { point, socket: found.input.socket }
}

function targetPoint({ model }: Stage, { loose, target }: HeldLink): Point | undefined {
  const node = target && model.node(target.node)
  if (!node) return undefined
  return 'from' in loose ? model.inputPoint(node, target.index) : model.outputPoint(node, target.index)
}

function shapeOf({ model, settings }: Stage, link: DrawnLink, simple: boolean): LinkShape {
  if (!simple) return model.shapeOf(link, settings.links)
  const end = model.inputPoint(link.to, link.input) ?? [link.to.pos[0], link.to.pos[1]]
  return { kind: 'lines', points: [model.outputPoint(link.from, link.output), end] }
}

function isHighlighted({ selection, lit }: Stage, link: DrawnLink): boolean {
  return link === lit || selection.nodes.has(link.from.key) || selection.nodes.has(link.to.key)
}

function bundleOf(bundles: Map<string, Bundle>, stage: Stage, { socket, to }: DrawnLink, isLit: boolean): Bundle {
  const isDashed = isList(socket)
  const color = to.scene.mode === 'mute' ? stage.palette.border : colorOf(stage, socket)
  const key = `${color} ${isDashed} ${isLit}`
  const bundle = bundles.get(key) ?? { color, isDashed, isLit, path: new Path2D() }
  bundles.set(key, bundle)
  return bundle
}

function strokeBundle(context: CanvasRenderingContext2D, { palette }: Stage, { color, isDashed, isLit, path }: Bundle, simple: boolean): void {
  context.lineCap = 'round'
  context.lineJoin = 'round'
  if (isLit) {
    context.setLineDash([])
    context.globalAlpha = 0.45
    context.strokeStyle = palette.selection
    context.lineWidth = WIDTH + 4
    context.stroke(path)
    context.globalAlpha = 1
  }
  context.setLineDash(isDashed && !simple ? [8, 5] : [])
  context.strokeStyle = color
  context.lineWidth = simple ? WIDTH + 1.5 : WIDTH
  context.stroke(path)
  context.setLineDash([])
}

function paintPulled(context: CanvasRenderingContext2D, stage: Stage, { link, point }: NonNullable<Stage['pulled']>): void {
  const color = colorOf(stage, link.socket)
  const path = new Path2D()
  trace(path, linkShape(stage.model.outputPoint(link.from, link.output), point, stage.settings.links))
  trace(path, linkShape(point, stage.model.inputPoint(link.to, link.input) ?? point, stage.settings.links))
  context.strokeStyle = color
  context.lineWidth = WIDTH
  context.stroke(path)
  paintDot(context, point, 7, color)
}

function paintDot(context: CanvasRenderingContext2D, [x, y]: Point, radius: number, color: string): void {
  context.fillStyle = color
  context.beginPath()
  context.arc(x, y, radius, 0, 2 * Math.PI)
  context.fill()
}

const colorOf = ({ settings }: Stage, socket: SocketType): string => typeColor(socket, settings.theme)

function trace(path: Path2D, { kind, points }: LinkShape): void {
  path.moveTo(points[0]![0], points[0]![1])
  if (kind === 'curve') path.bezierCurveTo(points[1][0], points[1][1], points[2][0], points[2][1], points[3][0], points[3][1])
  else for (const [x, y] of points.slice(1)) path.lineTo(x, y)
}
