/** What the parts of the canvas share: the model, what the person is doing, and who is told. */
import type { Json } from '../../core/types/json.ts'
import type { CanvasListener, CanvasSettings, LooseLink, NodeActivity } from '../graph/canvas.ts'
import type { Point, Rectangle } from '../graph/scene.ts'
import type { GraphModel, DrawnLink } from './graph-model.ts'
import type { Measure } from './measure-text.ts'
import type { NodePictures } from './node-pictures.ts'
import type { Palette } from './palette.ts'

/** A link that is being drawn. */
export interface HeldLink {
  readonly loose: LooseLink
  /** Where it is held, in graph units. */
  end: Point
  /** The socket that it would be linked to. */
  target?: { readonly node: string; readonly index: number }
  /** Why it can't be linked to what it is held over. */
  refusal?: string
  /** The link whose end it was: not drawn meanwhile. */
  readonly moved?: DrawnLink
}

export interface Stage {
  readonly model: GraphModel
  readonly listener: CanvasListener
  settings: CanvasSettings
  palette: Palette
  readonly measure: Measure
  readonly pictures: NodePictures
  activity: ReadonlyMap<string, NodeActivity>
  readonly selection: { nodes: ReadonlySet<string>; groups: ReadonlySet<number> }
  held: HeldLink | undefined
  /** The rectangle that selects, in graph units. */
  band: Rectangle | undefined
  /** A point that a link is pulled to, to become a reroute. */
  pulled: { readonly link: DrawnLink; readonly point: Point } | undefined
  /** The link under the pointer. */
  lit: DrawnLink | undefined
  /** A value that is being dragged. */
  dragged: { readonly node: string; readonly input: string; readonly value: Json } | undefined
  /** Draws again before the next picture of the screen; links and groups too unless only nodes have changed. */
  redraw(what?: 'nodes'): void
}
