/**
 * The canvas as the rest of the editor knows it. `editor/litegraph/` is the one implementation, and the only place that
 * knows litegraph. It shows a scene, tells what the person did to it as edits, and never changes a workflow itself.
 */
import type { Json } from '../../core/types/json.ts'
import type { Edit } from './edit.ts'
import type { Point, Rectangle, Scene } from './scene.ts'

/** What a running node shows on top of its scene node. */
export interface NodeActivity {
  readonly state: 'waiting' | 'running' | 'done' | 'cached' | 'failed' | 'skipped' | 'cancelled'
  /** 0 to 1. */
  readonly share?: number
  /** "step 7 of 20, 12 s left" */
  readonly text?: string
  /** What went wrong, or a warning. */
  readonly message?: string
}

/** Pictures or a video drawn in a node. */
export type NodeMedia =
  | { readonly kind: 'frames'; readonly frames: readonly ImageBitmap[]; readonly fps: number; readonly width: number; readonly height: number }
  | { readonly kind: 'image'; readonly urls: readonly string[] }
  | { readonly kind: 'video'; readonly url: string }
  | { readonly kind: 'text'; readonly text: string }

/** A link that is being drawn: from an output to some input, or from an input to some output. */
export type LooseLink =
  | { readonly from: string; readonly output: string | number }
  | { readonly to: string; readonly input: string }

/** What lies under the pointer. */
export type CanvasTarget =
  | { readonly kind: 'canvas' }
  | { readonly kind: 'node'; readonly id: string }
  | { readonly kind: 'input'; readonly id: string; readonly input: string }
  | { readonly kind: 'output'; readonly id: string; readonly output: string | number }
  | { readonly kind: 'link'; readonly to: string; readonly input: string }
  | { readonly kind: 'group'; readonly index: number }

export interface CanvasSelection {
  readonly nodes: ReadonlySet<string>
  readonly groups: ReadonlySet<number>
}

/** The offset that is added to graph units before they are scaled to CSS pixels. */
export interface CanvasView {
  readonly offset: Point
  readonly scale: number
}

export interface CanvasListener {
  /** One gesture, one call. */
  edit(edits: readonly Edit[]): void
  select(selection: CanvasSelection): void
  /** Copies of the selected nodes were pulled off them, this far in graph units. */
  duplicate(by: Point): void
  /** A double click on nothing, or a link dropped there: at a place in graph units and in CSS pixels of the window. */
  search(at: { readonly graph: Point; readonly client: Point }, link?: LooseLink): void
  /** A right click, a long touch, or the menu key. */
  menu(target: CanvasTarget, client: Point): void
  /** A widget was clicked: something else is to open an editor over it. Toggles and arrows of numbers are `edit`s at once. */
  editValue(node: string, input: string, client: Rectangle): void
  /** A title or a group was double clicked. */
  rename(target: CanvasTarget, client: Rectangle): void
  /** A subgraph's title was double clicked. */
  enter(node: string): void
  /** Why a link can't be dropped where it is held; undefined when it can, or no link is held any more. */
  refuse(reason: string | undefined, client: Point): void
  view(view: CanvasView): void
  /** The pointer rests on something. */
  hover(target: CanvasTarget | undefined, client: Point): void
  /** Media in a node were clicked. */
  openMedia(node: string): void
}

export interface CanvasSettings {
  readonly theme: 'light' | 'dark'
  readonly snap: boolean
  /** Graph units. */
  readonly grid: number
  readonly links: 'curved' | 'straight' | 'linear'
  /** Why an output may not be linked to an input; undefined where it may. Said by `linkProblem` of the graph. */
  readonly refusal: (from: string, output: string | number, to: string, input: string) => string | undefined
  /** How a value is shown in one line. */
  readonly valueText: (node: string, input: string, value: Json | undefined) => string
}

export interface GraphCanvas {
  /** Shows this scene; what is the same as before is kept as it is. */
  show(scene: Scene): void
  configure(settings: Partial<CanvasSettings>): void
  setActivity(activity: ReadonlyMap<string, NodeActivity>): void
  setMedia(node: string, media: NodeMedia | undefined): void
  select(selection: { readonly nodes?: Iterable<string>; readonly groups?: Iterable<number> }): void
  readonly selection: CanvasSelection
  readonly view: CanvasView
  setView(view: CanvasView): void
  /** Shows all, or these nodes, as large as fits. */
  fit(nodes?: Iterable<string>): void
  /** Around the middle of the canvas, or a place in CSS pixels of the window. */
  zoom(factor: number, client?: Point): void
  /** Where nodes are and how large they are drawn, in graph units; all of the scene when left out. */
  bounds(nodes?: Iterable<string>): ReadonlyMap<string, Rectangle>
  toGraph(client: Point): Point
  toClient(graph: Point): Point
  /** The places of sockets and widgets, in CSS pixels of the window: for overlays and tests. */
  place(target: CanvasTarget | { readonly kind: 'widget'; readonly id: string; readonly input: string }): Rectangle | undefined
  /** Whether drawing takes part in what the person does: not while the form or the list is shown. */
  setVisible(isVisible: boolean): void
  dispose(): void
}
