/** Rectangles around nodes. */
import type { Point, Rectangle } from './scene.ts'

/** Where nodes are and how large they are drawn, as a canvas says it. */
export type Boxes = ReadonlyMap<string, Rectangle>

/** The least rectangle around some; `undefined` around none. */
export function boundsOf(boxes: Iterable<Rectangle>): Rectangle | undefined {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity]
  for (const [x, y, width, height] of boxes) {
    left = Math.min(left, x)
    top = Math.min(top, y)
    right = Math.max(right, x + width)
    bottom = Math.max(bottom, y + height)
  }
  return left > right ? undefined : [left, top, right - left, bottom - top]
}

/** What a group needs around its nodes, and for its title above them. */
const PADDING = 20
const TITLE = 40

/** The frame of a group around some nodes; of a size to begin with, at a place, around none. */
export function groupAround(boxes: Iterable<Rectangle>, otherwise: Point = [0, 0]): Rectangle {
  const inside = boundsOf(boxes)
  if (!inside) return [otherwise[0], otherwise[1], 400, 300]
  const [x, y, width, height] = inside
  return [x - PADDING, y - PADDING - TITLE, width + 2 * PADDING, height + 2 * PADDING + TITLE]
}

/** The nodes of a group: those whose middle lies in its frame. */
export function nodesWithin(boxes: Boxes, frame: Rectangle): string[] {
  return [...boxes].filter(([, [x, y, width, height]]) => isWithin([x + width / 2, y + height / 2], frame)).map(([id]) => id)
}

/** Whether a point lies in a rectangle. */
export function isWithin([px, py]: Point, [x, y, width, height]: Rectangle): boolean {
  return px >= x && px <= x + width && py >= y && py <= y + height
}

/** Whether two rectangles have any room in common. */
export function doOverlap([ax, ay, aw, ah]: Rectangle, [bx, by, bw, bh]: Rectangle): boolean {
  return ax < bx + bw && bx < ax + aw && ay < by + bh && by < ay + ah
}
