/** Between graph units and pixels. */
import type { CanvasView } from '../graph/canvas.ts'
import type { Point, Rectangle, Size } from '../graph/scene.ts'

export const SCALES = { least: 0.05, most: 4 }
/** Left free around what is fitted, in pixels. */
const MARGIN = 48

export const toPixels = ({ offset, scale }: CanvasView, [x, y]: Point): Point => [(x + offset[0]) * scale, (y + offset[1]) * scale]
export const toUnits = ({ offset, scale }: CanvasView, [x, y]: Point): Point => [x / scale - offset[0], y / scale - offset[1]]

/** The view that shows a rectangle as large as fits, in its middle; never larger than life. */
export function fitView([x, y, width, height]: Rectangle, [across, down]: Size): CanvasView {
  const room = (pixels: number, units: number) => Math.max(1, pixels - 2 * MARGIN) / Math.max(1, units)
  const scale = clampScale(Math.min(1, room(across, width), room(down, height)))
  return { offset: [across / scale / 2 - x - width / 2, down / scale / 2 - y - height / 2], scale }
}

/** The view zoomed by a factor while one point stays where it is on the screen. */
export function zoomView({ offset, scale }: CanvasView, factor: number, [x, y]: Point): CanvasView {
  const next = clampScale(scale * factor)
  return { offset: [x / next - x / scale + offset[0], y / next - y / scale + offset[1]], scale: next }
}

/** The view moved by pixels of the screen. */
export const panView = ({ offset, scale }: CanvasView, dx: number, dy: number): CanvasView =>
  ({ offset: [offset[0] + dx / scale, offset[1] + dy / scale], scale })

/** What a wheel says. `deltaMode` 1: in lines. */
export interface Wheel {
  readonly deltaX: number
  readonly deltaY: number
  readonly deltaMode: number
  readonly shiftKey: boolean
  readonly ctrlKey: boolean
}

/** The view after a turn of the wheel over a point: nearer or farther, aside with Shift. */
export function wheelView(view: CanvasView, { deltaX, deltaY, deltaMode, shiftKey, ctrlKey }: Wheel, at: Point): CanvasView {
  const lines = deltaMode === 1 ? 16 : 1
  if (shiftKey && !ctrlKey) return panView(view, -(deltaX + deltaY) * lines, 0)
  // A pinch on a touchpad comes as a wheel with Ctrl, in small steps.
  const speed = ctrlKey && Math.abs(deltaY) < 50 ? 0.01 : 0.0015
  return zoomView(view, Math.exp(-Math.max(-240, Math.min(240, deltaY * lines)) * speed), at)
}

const clampScale = (scale: number): number => Math.min(SCALES.most, Math.max(SCALES.least, scale))
