/** About how large a node is drawn, where nobody has measured it yet. */
import type { SceneNode, Size } from './scene.ts'

const TITLE = 30
const ROW = 22
const WIDGET = 26
const TEXT_ROWS = 100
const WIDTH = 240

type Measured = Pick<SceneNode, 'kind' | 'collapsed' | 'inputs' | 'outputs'> & { readonly size?: Size }

/** Width and height in graph units, the title included. */
export function estimateSize({ kind, collapsed, inputs, outputs, size }: Measured): Size {
  if (kind === 'reroute') return [40, 24]
  if (collapsed) return [160, TITLE]
  if (size) return [size[0], size[1] + TITLE]
  if (kind === 'note') return [WIDTH, TITLE + TEXT_ROWS]
  const widgets = inputs.map(({ widget }): number => (widget === undefined ? 0 : widget.kind === 'text' && widget.multiline ? TEXT_ROWS : WIDGET))
  const sockets = inputs.filter(({ widget }) => widget === undefined).length
  return [WIDTH, TITLE + ROW * Math.max(sockets, outputs.length, 1) + widgets.reduce((sum, height) => sum + height, 0) + 10]
}
