/** litegraph's canvas with our paint: it keeps the view, what is visible and what is dirty; all its own looks and dialogs are off. */
import { LGraphCanvas, LiteGraph } from 'litegraph.js'
import type { CanvasView } from '../graph/canvas.ts'
import type { Rectangle, Size } from '../graph/scene.ts'
import { GraphNode } from './graph-node.ts'
import { paintGrid } from './paint-grid.ts'
import { paintGroups } from './paint-groups.ts'
import { paintHeld, paintLinks } from './paint-links.ts'
import { paintNode, paintSimple } from './paint-node.ts'
import type { Stage } from './stage.ts'

/** Below this scale text can't be read; below the other, it isn't drawn where many nodes are seen. */
const SIMPLE = { always: 0.25, ofMany: 0.45, many: 120 }

LiteGraph.MAX_NUMBER_OF_NODES = Infinity

export class Board extends LGraphCanvas {
  #stage: Stage | undefined
  #frame: number | undefined
  #size: Size = [0, 0]
  #beforeDraw: (() => void) | undefined
  #isPaused = false
  #ratio = 0

  constructor(element: HTMLCanvasElement, stage: Stage, beforeDraw: () => void) {
    element.getContext('2d', { alpha: false }) // the one that litegraph gets too: what is behind it is never seen
    super(element, stage.model.graph, { skip_events: true, skip_render: true })
    this.#stage = stage
    this.#beforeDraw = beforeDraw
    Object.assign(this, {
      background_image: '', show_info: false, render_canvas_border: false, render_link_tooltip: false, allow_searchbox: false, clear_background: false,
    })
  }

  get isSimple(): boolean {
    const { scale } = this.ds
    return scale < SIMPLE.always || (scale < SIMPLE.ofMany && this.visible_nodes.length > SIMPLE.many)
  }

  get view(): CanvasView {
    return { offset: [this.ds.offset[0], this.ds.offset[1]], scale: this.ds.scale }
  }

  set view({ offset, scale }: CanvasView) {
    this.ds.offset = [...offset]
    this.ds.scale = scale
    this.setDirty(true, true)
  }

  /** In CSS pixels. */
  get extent(): Size {
    return this.#size
  }

  /** Follows the size of its place on the page. */
  fill(width: number, height: number): void {
    this.#size = [width, height]
    const ratio = window.devicePixelRatio || 1
    this.#ratio = ratio
    this.canvas.width = Math.max(1, Math.round(width * ratio))
    this.canvas.height = Math.max(1, Math.round(height * ratio))
    this.ctx.setTransform(ratio, 0, 0, ratio, 0, 0)
    this.draw(true, true)
  }

  /** Whether it draws at all. */
  set isPaused(isPaused: boolean) {
    this.#isPaused = isPaused
    if (!isPaused) this.#schedule()
  }

  stop(): void {
    if (this.#frame !== undefined) cancelAnimationFrame(this.#frame)
    this.#isPaused = true
    this.graph?.detachCanvas(this)
  }

  override setDirty(nodes: boolean, rest?: boolean): void {
    super.setDirty(nodes, rest)
    this.#schedule()
  }

  #schedule(): void {
    if (this.#frame !== undefined || this.#isPaused || !this.#stage) return
    this.#frame = requestAnimationFrame(() => {
      this.#frame = undefined
      this.#beforeDraw?.()
      this.draw()
    })
  }

  override draw(all?: boolean, rest?: boolean): void {
    if (!this.graph || !this.#stage || this.#size[0] === 0 || this.#size[1] === 0) return
    if (this.#ratio !== (window.devicePixelRatio || 1)) return this.fill(...this.#size) // on another screen now
    this.ds.computeVisibleArea([0, 0, ...this.#size])
    this.computeVisibleNodes(undefined, this.visible_nodes)
    if (this.dirty_bgcanvas || rest) this.drawBackCanvas()
    if (this.dirty_canvas || all) this.drawFrontCanvas()
  }

  /** The grid; drawn instead of litegraph's own background. */
  override onRenderBackground = (canvas: HTMLCanvasElement, context: CanvasRenderingContext2D): boolean => {
    context.setTransform(1, 0, 0, 1, 0, 0)
    if (this.#stage) paintGrid(context, [canvas.width, canvas.height], this.view, window.devicePixelRatio || 1, this.#stage.palette, this.#stage.settings.grid)
    return true
  }

  override drawGroups(_canvas: HTMLCanvasElement, context: CanvasRenderingContext2D): void {
    paintGroups(context, this.#stage!, this.#visible, this.isSimple)
  }

  override drawConnections(context: CanvasRenderingContext2D): void {
    paintLinks(context, this.#stage!, this.#visible, this.isSimple)
  }

  override drawNode(node: GraphNode, context: CanvasRenderingContext2D): void {
    if (this.isSimple) paintSimple(context, this.#stage!, node)
    else paintNode(context, this.#stage!, node)
  }

  /** What is in the person's hand, over everything. */
  override onDrawForeground = (context: CanvasRenderingContext2D): void => {
    const { held, band, palette } = this.#stage!
    if (held) paintHeld(context, this.#stage!, held)
    if (!band) return
    context.globalAlpha = 0.12
    context.fillStyle = palette.selection
    context.fillRect(...band)
    context.globalAlpha = 1
    context.strokeStyle = palette.selection
    context.lineWidth = 1 / this.ds.scale
    context.strokeRect(...band)
  }

  get #visible(): Rectangle {
    const [x, y, width, height] = this.visible_area
    return [x!, y!, width!, height!]
  }
}
