/** How several pictures of one size share an area. */
import type { Size } from '../graph/scene.ts'

/** The columns and rows with which `count` pictures are largest. */
export function tiles(count: number, [across, down]: Size, [width, height]: Size): { readonly columns: number; readonly rows: number } {
  let best = { columns: 1, rows: Math.max(1, count), scale: 0 }
  for (let columns = 1; columns <= count; columns++) {
    const rows = Math.ceil(count / columns)
    const scale = Math.min(width / columns / across, height / rows / down)
    if (scale >= best.scale) best = { columns, rows, scale }
  }
  return { columns: best.columns, rows: best.rows }
}
