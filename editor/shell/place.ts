/** Where something that pops up goes, so that all of it stays in the window. */
import type { Point, Rectangle, Size } from '../graph/scene.ts'

/** The distance kept from the window's edge, in CSS pixels. */
const MARGIN = 8

/**
 * The corner of a box of this size: `at` the lower left of a rectangle (a point, or a button it hangs from), `beside` it
 * to the right; on the other side where there is no room. `over` begins at its corner. Never over the edge.
 */
export function placeInside([x, y, width, height]: Rectangle, [boxWidth, boxHeight]: Size, [windowWidth, windowHeight]: Size, where: 'at' | 'beside' | 'over'): Point {
  const maxX = windowWidth - boxWidth - MARGIN
  const maxY = windowHeight - boxHeight - MARGIN
  const wanted: Point = where === 'over' ? [x, y] : where === 'beside'
    ? [x + width > maxX && x - boxWidth >= MARGIN ? x - boxWidth : x + width, y]
    : [x, y + height > maxY && y - boxHeight >= MARGIN ? y - boxHeight : y + height]
  return [Math.max(MARGIN, Math.min(wanted[0], maxX)), Math.max(MARGIN, Math.min(wanted[1], maxY))]
}
