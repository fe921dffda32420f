/** Paints what is said about a node around it: selection, problems, how it stands in a run. */
import type { NodeActivity } from '../graph/canvas.ts'
import type { GraphNode } from './graph-node.ts'
import { FONTS } from './measure-text.ts'
import { LINE_HEIGHT, TITLE_HEIGHT } from './node-layout.ts'
import type { Palette } from './palette.ts'
import type { Stage } from './stage.ts'
import { clipText } from './text-wrap.ts'

/** Of a node's box. */
export const CORNER = 8
const PROGRESS_HEIGHT = 4

/** All of it; never translucent, though the node be. */
export function paintMarks(context: CanvasRenderingContext2D, stage: Stage, node: GraphNode): void {
  const { palette, selection } = stage
  const activity = stage.activity.get(node.key)
  const hasProblem = node.scene.problems.length > 0 || activity?.state === 'failed'
  if (activity?.state === 'running') outline(context, node, palette.success, 2.5, 0)
  if (hasProblem) outline(context, node, palette.danger, 2.5, 0)
  if (selection.nodes.has(node.key)) outline(context, node, palette.selection, 2, 4)
  if (node.scene.kind === 'reroute') return
  if (activity) paintActivity(context, stage, node, activity)
  if (hasProblem) paintBadge(context, node, palette)
}

function outline(context: CanvasRenderingContext2D, { layout: { size: [width, height], titleHeight } }: GraphNode, color: string, lineWidth: number, gap: number): void {
  context.strokeStyle = color
  context.lineWidth = lineWidth
  context.beginPath()
  context.roundRect(-gap, -titleHeight - gap, width + 2 * gap, height + titleHeight + 2 * gap, CORNER + gap)
  context.stroke()
}

function paintActivity(context: CanvasRenderingContext2D, { palette, measure }: Stage, { layout: { size: [width] } }: GraphNode, activity: NodeActivity): void {
  const color = stateColor(activity, palette)
  const share = activity.share ?? (activity.state === 'running' || activity.state === 'waiting' ? 0 : 1)
  if (activity.state !== 'waiting' && activity.state !== 'skipped') {
    context.fillStyle = palette.fieldBorder
    context.fillRect(0, -PROGRESS_HEIGHT, width, PROGRESS_HEIGHT)
    context.fillStyle = color
    context.fillRect(0, -PROGRESS_HEIGHT, width * Math.min(1, Math.max(0, share)), PROGRESS_HEIGHT)
  }
  const text = activity.state === 'failed' ? activity.message ?? activity.text : activity.text
  if (text === undefined || text === '') return
  const shown = clipText(text, Math.max(width, 240), (part) => measure(part, 'small'))
  const across = measure(shown, 'small') + 12
  const y = -TITLE_HEIGHT - LINE_HEIGHT - 10
  context.fillStyle = palette.node
  context.strokeStyle = color
  context.lineWidth = 1
  context.beginPath()
  context.roundRect(0, y, across, LINE_HEIGHT + 4, 6)
  context.fill()
  context.stroke()
  context.fillStyle = palette.text
  context.font = FONTS.small
  context.textAlign = 'left'
  context.textBaseline = 'middle'
  context.fillText(shown, 6, y + LINE_HEIGHT / 2 + 2)
}

function paintBadge(context: CanvasRenderingContext2D, { layout: { size: [width] } }: GraphNode, palette: Palette): void {
  context.fillStyle = palette.danger
  context.beginPath()
  context.arc(width, -TITLE_HEIGHT, 10, 0, 2 * Math.PI)
  context.fill()
  context.fillStyle = palette.onDanger
  context.font = FONTS.title
  context.textAlign = 'center'
  context.textBaseline = 'middle'
  context.fillText('!', width, -TITLE_HEIGHT + 1)
  context.textAlign = 'left'
}

/** Of each state its own colour; the text says the same. */
export function stateColor({ state }: NodeActivity, palette: Palette): string {
  if (state === 'failed') return palette.danger
  if (state === 'running' || state === 'done') return palette.success
  return state === 'cached' ? palette.accent : state === 'cancelled' ? palette.warning : palette.muted
}
