/** The order in which nodes are walked through by keys: column by column, each from top to bottom. */
import type { SceneNode } from '../graph/scene.ts'

type Walked = Pick<SceneNode, 'id' | 'position'>

/** Columns of this width, in graph units, are read from top to bottom before the next one. */
const COLUMN = 100

/**
 * The node after (or before) the selected ones. Undefined behind the last one, where the focus goes on to what comes
 * after the canvas; the first (or last) one where none is selected.
 */
export function neighbour<N extends Walked>(nodes: readonly N[], selected: ReadonlySet<string>, by: 1 | -1): N | undefined {
  const order = nodes.toSorted((a, b) => column(a) - column(b) || a.position[1] - b.position[1] || a.position[0] - b.position[0])
  const places = order.flatMap(({ id }, index) => (selected.has(id) ? [index] : []))
  if (places.length === 0) return by === 1 ? order[0] : order.at(-1)
  const place = (by === 1 ? places.at(-1)! : places[0]!) + by
  return place < 0 ? undefined : order[place]
}

function column({ position }: Walked): number {
  return Math.floor(position[0] / COLUMN)
}
