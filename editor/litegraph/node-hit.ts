/** What of a node lies at a point. */
import type { Point, Rectangle, SceneNode } from '../graph/scene.ts'
import { isWithin } from '../graph/bounds.ts'
import { distance, grow } from './geometry.ts'
import { REROUTE_RADIUS, type FieldPlace, type NodeLayout } from './node-layout.ts'

export type NodePart =
  | { readonly part: 'input'; readonly index: number }
  | { readonly part: 'output'; readonly index: number }
  | { readonly part: 'field'; readonly index: number; readonly zone: FieldZone }
  | { readonly part: 'title' | 'fold' | 'media' | 'corner' | 'body' }

/** Where on a widget's row. */
export type FieldZone = 'less' | 'more' | 'dice' | 'value'

const CORNER = 14
/** Of the arrows at the ends of a row, and of the dice. */
export const ARROW_WIDTH = 20

/** The part of a node at a point in its own coordinates. `reach`: how near to a socket is near enough. */
export function partAt(node: SceneNode, layout: NodeLayout, point: Point, reach: number): NodePart | undefined {
  const socket = socketAt(node, layout, point, reach)
  if (socket) return socket
  const { size: [width, height], titleHeight } = layout
  if (!isWithin(point, [0, -titleHeight, width, height + titleHeight])) return undefined
  if (point[1] < 0) return { part: point[0] < titleHeight ? 'fold' : 'title' }
  if (node.kind === 'reroute') return { part: 'body' }
  if (!node.collapsed && point[0] > width - CORNER && point[1] > height - CORNER) return { part: 'corner' }
  for (const place of layout.fields) {
    if (isWithin(point, place.area)) return { part: 'field', index: place.input, zone: zoneAt(node, place, point) }
  }
  return { part: layout.media && isWithin(point, layout.media) ? 'media' : 'body' }
}

/** Whether a point may be at a node or its sockets. */
export function mayHit({ size: [width, height], titleHeight }: NodeLayout, point: Point, reach: number): boolean {
  return isWithin(point, grow([0, -titleHeight, width, height + titleHeight], reach))
}

function socketAt(node: SceneNode, layout: NodeLayout, point: Point, reach: number): NodePart | undefined {
  const near = (socket: Point | undefined) => socket !== undefined && isAtSocket(socket, point, node.kind === 'reroute' ? Math.min(reach, REROUTE_RADIUS * 0.6) : reach)
  const output = layout.outputs.findIndex(near)
  if (output >= 0) return node.collapsed ? undefined : { part: 'output', index: output }
  const input = layout.inputs.findIndex(near)
  return input >= 0 && !node.collapsed ? { part: 'input', index: input } : undefined
}

/** Rows are near to each other: a socket reaches as far aside as it is asked to, but up and down only over its row. */
function isAtSocket(socket: Point, point: Point, reach: number): boolean {
  return Math.abs(point[1] - socket[1]) <= 11 && distance(socket, point) <= reach
}

/** Which widgets have arrows at both ends. */
export function hasArrows({ widget }: SceneNode['inputs'][number]): boolean {
  return (widget?.kind === 'number' && !widget.slider) || widget?.kind === 'choice'
}

function zoneAt(node: SceneNode, { input, area: [x, , width] }: FieldPlace, [px]: Point): FieldZone {
  const scene = node.inputs[input]!
  if (scene.link) return 'value'
  if (scene.widget?.kind === 'seed') return px > x + width - ARROW_WIDTH - 4 ? 'dice' : 'value'
  if (!hasArrows(scene)) return 'value'
  if (px < x + ARROW_WIDTH) return 'less'
  return px > x + width - ARROW_WIDTH ? 'more' : 'value'
}

/** The part of a field's row that shows and takes its value: where an editor is laid. */
export function valueArea(node: SceneNode, { input, area: [x, y, width, height] }: FieldPlace): Rectangle {
  const scene = node.inputs[input]!
  if (scene.widget?.kind === 'seed') return [x, y, width - ARROW_WIDTH - 4, height]
  return hasArrows(scene) ? [x + ARROW_WIDTH, y, width - 2 * ARROW_WIDTH, height] : [x, y, width, height]
}
