/** The canvas: puts the parts together and is what the rest of the editor sees of them. */
import { effect } from '@preact/signals'
import { boundsOf } from '../graph/bounds.ts'
import type { CanvasListener, CanvasSelection, CanvasSettings, CanvasTarget, CanvasView, GraphCanvas, NodeActivity, NodeMedia } from '../graph/canvas.ts'
import type { Point, Rectangle, Scene } from '../graph/scene.ts'
import { t } from '../i18n/index.ts'
import { Board } from './board.ts'
import { GraphModel } from './graph-model.ts'
import { textMeasure } from './measure-text.ts'
import { NodePictures } from './node-pictures.ts'
import { PALETTES } from './palette.ts'
import { placeOf, type Placed } from './place.ts'
import { Hand } from './hand.ts'
import type { Stage } from './stage.ts'
import { fitView, toPixels, toUnits, zoomView } from './view.ts'

export class SceneCanvas implements GraphCanvas {
  readonly #stage: Stage
  readonly #board: Board
  readonly #hand: Hand
  readonly #resize: ResizeObserver
  readonly #element: HTMLCanvasElement
  readonly #unname: () => void
  /** Asked for while the canvas had no size. */
  #fitLater: (() => void) | undefined
  /** A scene that came while the person's hand was on the canvas. */
  #waiting: Scene | undefined

  constructor(host: HTMLElement, listener: CanvasListener, settings: CanvasSettings) {
    this.#element = document.createElement('canvas')
    this.#element.className = 'graph-canvas'
    this.#element.tabIndex = 0
    Object.assign(this.#element.style, { display: 'block', width: '100%', height: '100%', touchAction: 'none', userSelect: 'none', outlineOffset: '-2px' })
    this.#unname = effect(() => { this.#element.ariaLabel = t('app.canvas') })
    host.append(this.#element)
    this.#stage = createStage(listener, settings, (what) => this.#board.setDirty(true, what !== 'nodes'))
    this.#board = new Board(this.#element, this.#stage, () => this.#settle())
    this.#hand = new Hand(this.#element, this.#board, this.#stage, () => this.#settle())
    this.#resize = new ResizeObserver(() => this.#fill(host))
    this.#resize.observe(host)
    this.#fill(host)
  }

  show(scene: Scene): void {
    this.#waiting = scene
    if (!this.#hand.isBusy) this.#settle()
  }

  configure(settings: Partial<CanvasSettings>): void {
    this.#stage.settings = { ...this.#stage.settings, ...settings }
    this.#stage.palette = PALETTES[this.#stage.settings.theme]
    this.#stage.redraw()
  }

  setActivity(activity: ReadonlyMap<string, NodeActivity>): void {
    this.#stage.activity = activity
    this.#stage.redraw('nodes')
  }

  setMedia(node: string, media: NodeMedia | undefined): void {
    this.#stage.pictures.set(node, media)
  }

  select({ nodes = [], groups = [] }: { readonly nodes?: Iterable<string>; readonly groups?: Iterable<number> }): void {
    this.#hand.select({ nodes: new Set(nodes), groups: new Set(groups) })
  }

  get selection(): CanvasSelection {
    return { ...this.#stage.selection }
  }

  get view(): CanvasView {
    return this.#board.view
  }

  setView(view: CanvasView): void {
    this.#board.view = view
  }

  fit(nodes?: Iterable<string>): void {
    const { model } = this.#stage
    const [width, height] = this.#board.extent
    if (width === 0 || height === 0) {
      this.#fitLater = () => this.fit(nodes)
      return
    }
    const groups = nodes === undefined ? model.groups.map(({ area }) => area) : []
    const area = boundsOf([...model.areas(nodes).values(), ...groups])
    if (area) this.#hand.look(fitView(area, this.#board.extent))
  }

  zoom(factor: number, client?: Point): void {
    const [width, height] = this.#board.extent
    this.#hand.look(zoomView(this.view, factor, client ? this.#local(client) : [width / 2, height / 2]))
  }

  bounds(nodes?: Iterable<string>): ReadonlyMap<string, Rectangle> {
    return this.#stage.model.areas(nodes)
  }

  toGraph(client: Point): Point {
    return toUnits(this.view, this.#local(client))
  }

  toClient(graph: Point): Point {
    const { left, top } = this.#element.getBoundingClientRect()
    const [x, y] = toPixels(this.view, graph)
    return [x + left, y + top]
  }

  place(target: CanvasTarget | { readonly kind: 'widget'; readonly id: string; readonly input: string }): Rectangle | undefined {
    if (target.kind === 'canvas') {
      const { left, top, width, height } = this.#element.getBoundingClientRect()
      return [left, top, width, height]
    }
    const placed: Placed | undefined = placeOf(this.#stage, target)
    if (!placed) return undefined
    const [x, y, width, height] = placed
    const { scale } = this.view
    return [...this.toClient([x, y]), width * scale, height * scale]
  }

  setVisible(isVisible: boolean): void {
    this.#board.isPaused = !isVisible
    this.#stage.pictures.setVisible(isVisible)
    if (isVisible) this.#stage.redraw()
    else this.#hand.letGo()
  }

  dispose(): void {
    this.#unname()
    this.#hand.dispose()
    this.#resize.disconnect()
    this.#stage.pictures.dispose()
    this.#board.stop()
    this.#element.remove()
  }

  /** Follows the newest scene; without one, takes back what a gesture moved and no edit made true. */
  #settle(): void {
    if (this.#hand.isBusy) return
    const { model } = this.#stage
    model.restore()
    if (!this.#waiting) return
    const scene = this.#waiting
    this.#waiting = undefined
    model.show(scene)
    this.#hand.keepSelection()
    this.#stage.redraw()
  }

  #fill(host: HTMLElement): void {
    this.#board.fill(host.clientWidth, host.clientHeight)
    const [width, height] = this.#board.extent
    if (width === 0 || height === 0) return
    this.#fitLater?.()
    this.#fitLater = undefined
  }

  #local([x, y]: Point): Point {
    const { left, top } = this.#element.getBoundingClientRect()
    return [x - left, y - top]
  }
}

function createStage(listener: CanvasListener, settings: CanvasSettings, redraw: Stage['redraw']): Stage {
  const context = document.createElement('canvas').getContext('2d')!
  const measure = textMeasure(context)
  const pictures: NodePictures = new NodePictures(measure, (node, isNewSize) => {
    if (isNewSize) model.relayout(node)
    redraw(isNewSize ? undefined : 'nodes')
  })
  const model: GraphModel = new GraphModel(measure, (id) => pictures.heightOf(id))
  return {
    model, listener, settings, measure, pictures, redraw, palette: PALETTES[settings.theme], activity: new Map(),
    selection: { nodes: new Set(), groups: new Set() }, held: undefined, band: undefined, pulled: undefined, lit: undefined, dragged: undefined,
  }
}
