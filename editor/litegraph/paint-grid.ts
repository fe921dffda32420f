/** Paints the background: dots on a grid, coarser the farther away. */
import type { CanvasView } from '../graph/canvas.ts'
import type { Size } from '../graph/scene.ts'
import type { Palette } from './palette.ts'

/** Pixels between lines, at least. */
const LEAST = 18

/** In pixels of the device. */
export function paintGrid(context: CanvasRenderingContext2D, [width, height]: Size, { offset, scale }: CanvasView, ratio: number, palette: Palette, grid: number): void {
  context.fillStyle = palette.canvas
  context.fillRect(0, 0, width, height)
  const step = gridStep(grid, scale) * scale * ratio
  const start = (at: number) => ((at * scale * ratio) % step + step) % step
  context.fillStyle = palette.grid
  const thickness = Math.max(1, Math.round(ratio))
  for (let x = start(offset[0]); x < width; x += step) context.fillRect(Math.round(x), 0, thickness, height)
  for (let y = start(offset[1]); y < height; y += step) context.fillRect(0, Math.round(y), width, thickness)
}

/** The grid, or the multiple of it that isn't too dense at a scale. */
export function gridStep(grid: number, scale: number): number {
  let step = Math.max(1, grid)
  while (step * scale < LEAST) step *= 2
  return step
}
