/** Points and rectangles. */
import type { Point, Rectangle } from '../graph/scene.ts'

/** Touching counts: what is half a line beside the screen is still drawn. */
export const overlaps = (a: Rectangle, b: Rectangle): boolean =>
  a[0] <= b[0] + b[2] && b[0] <= a[0] + a[2] && a[1] <= b[1] + b[3] && b[1] <= a[1] + a[3]

export const centre = ([x, y, width, height]: Rectangle): Point => [x + width / 2, y + height / 2]

export const grow = ([x, y, width, height]: Rectangle, by: number): Rectangle => [x - by, y - by, width + 2 * by, height + 2 * by]

export const distance = (a: Point, b: Point): number => Math.hypot(a[0] - b[0], a[1] - b[1])

/** The rectangle between two corners. */
export const spanned = (a: Point, b: Point): Rectangle =>
  [Math.min(a[0], b[0]), Math.min(a[1], b[1]), Math.abs(a[0] - b[0]), Math.abs(a[1] - b[1])]

/** The next place on the grid. */
export const snapped = ([x, y]: Point, grid: number): Point => [Math.round(x / grid) * grid, Math.round(y / grid) * grid]
