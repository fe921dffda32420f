/** Paints the frames around nodes. */
import type { Rectangle } from '../graph/scene.ts'
import { overlaps } from './geometry.ts'
import { GROUP_CORNER, GROUP_TITLE } from './group-hit.ts'
import { FONTS } from './measure-text.ts'
import type { Stage } from './stage.ts'
import { clipText } from './text-wrap.ts'

/** All groups that may be seen, in their order. */
export function paintGroups(context: CanvasRenderingContext2D, stage: Stage, visible: Rectangle, simple: boolean): void {
  for (const group of stage.model.groups) {
    const { area, scene } = group
    if (!overlaps(area, visible)) continue
    const color = scene.color ?? stage.palette.group
    const isSelected = stage.selection.groups.has(scene.index)
    paintFrame(context, area, color, isSelected ? stage.palette.selection : color, isSelected)
    if (!simple) paintTitle(context, stage, area, scene.title)
  }
  context.globalAlpha = 1
}

function paintFrame(context: CanvasRenderingContext2D, [x, y, width, height]: Rectangle, color: string, border: string, isSelected: boolean): void {
  context.globalAlpha = 0.16
  context.fillStyle = color
  context.beginPath()
  context.roundRect(x, y, width, height, 8)
  context.fill()
  context.beginPath()
  context.roundRect(x, y, width, GROUP_TITLE, [8, 8, 0, 0])
  context.fill()
  context.globalAlpha = isSelected ? 1 : 0.7
  context.strokeStyle = border
  context.lineWidth = isSelected ? 2.5 : 1.5
  context.beginPath()
  context.roundRect(x, y, width, height, 8)
  context.stroke()
  context.beginPath()
  for (const inset of [4, 8]) {
    context.moveTo(x + width - 4, y + height - GROUP_CORNER + inset)
    context.lineTo(x + width - GROUP_CORNER + inset, y + height - 4)
  }
  context.stroke()
}

function paintTitle(context: CanvasRenderingContext2D, { palette, measure }: Stage, [x, y, width]: Rectangle, title: string): void {
  context.globalAlpha = 1
  context.fillStyle = palette.text
  context.font = FONTS.group
  context.textAlign = 'left'
  context.textBaseline = 'middle'
  context.fillText(clipText(title, width - 20, (text) => measure(text, 'group')), x + 10, y + GROUP_TITLE / 2 + 1)
}
