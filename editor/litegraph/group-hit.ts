/** What of a group lies at a point, and what lies in a group. */
import type { Point, Rectangle } from '../graph/scene.ts'
import { isWithin } from '../graph/bounds.ts'
import { centre } from './geometry.ts'

export const GROUP_TITLE = 34
export const GROUP_CORNER = 16
/** What a group can't be made smaller than. */
export const GROUP_LEAST = [140, 80] as const

/** A group is taken by its title or its corner; the rest of it is canvas. */
export function groupPartAt([x, y, width, height]: Rectangle, point: Point): 'title' | 'corner' | undefined {
  if (isWithin(point, [x + width - GROUP_CORNER, y + height - GROUP_CORNER, GROUP_CORNER, GROUP_CORNER])) return 'corner'
  return isWithin(point, [x, y, width, GROUP_TITLE]) ? 'title' : undefined
}

/** Whether something moves with a group: its middle is inside. */
export function isInside(group: Rectangle, area: Rectangle): boolean {
  return isWithin(centre(area), group)
}
