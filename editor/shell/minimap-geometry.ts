/** How the mini-map maps the graph: all nodes and what is seen of them, in a small box. */
import type { CanvasView } from '../graph/canvas.ts'
import type { Point, Rectangle, Size } from '../graph/scene.ts'

export interface MapFrame {
  /** CSS pixels of the map per graph unit. */
  readonly scale: number
  /** The graph's point at the map's upper left corner. */
  readonly origin: Point
}

/** Share of the map that stays free at each edge. */
const MARGIN = 0.06

/** The part of the graph that a canvas of this size shows. */
export function seenArea({ offset, scale }: CanvasView, [width, height]: Size): Rectangle {
  return [-offset[0], -offset[1], width / scale, height / scale]
}

/** The view of a canvas of this size with this point of the graph in its middle. */
export function viewAround([x, y]: Point, scale: number, [width, height]: Size): CanvasView {
  return { scale, offset: [width / scale / 2 - x, height / scale / 2 - y] }
}

/** The frame in which all of these areas are as large as fits, centred. */
export function frameOf(areas: readonly Rectangle[], [width, height]: Size): MapFrame {
  const left = Math.min(...areas.map(([x]) => x))
  const top = Math.min(...areas.map(([, y]) => y))
  const right = Math.max(...areas.map(([x, , wide]) => x + wide))
  const bottom = Math.max(...areas.map(([, y, , high]) => y + high))
  const scale = Math.min(width * (1 - 2 * MARGIN) / Math.max(1, right - left), height * (1 - 2 * MARGIN) / Math.max(1, bottom - top))
  return { scale, origin: [(left + right) / 2 - width / scale / 2, (top + bottom) / 2 - height / scale / 2] }
}

/** Where an area of the graph is on the map. */
export function onMap({ scale, origin }: MapFrame, [x, y, width, height]: Rectangle): Rectangle {
  return [(x - origin[0]) * scale, (y - origin[1]) * scale, width * scale, height * scale]
}

/** The point of the graph at a place of the map. */
export function fromMap({ scale, origin }: MapFrame, [x, y]: Point): Point {
  return [x / scale + origin[0], y / scale + origin[1]]
}
