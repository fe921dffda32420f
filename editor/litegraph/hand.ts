/** The person's hand on the canvas: turns what the pointer does into clicks, gestures, menus, and what is selected. */
import type { CanvasPointer } from 'litegraph.js'
import type { CanvasSelection, CanvasView } from '../graph/canvas.ts'
import type { Edit } from '../graph/edit.ts'
import type { Point, Rectangle } from '../graph/scene.ts'
import { actionFor, type Action, type Deeds } from './actions.ts'
import type { Board } from './board.ts'
import { cursorOf } from './cursor.ts'
import { EdgePan } from './edge-pan.ts'
import { pan } from './gestures-move.ts'
import type { At, Gesture } from './gesture.ts'
import type { GraphNode } from './graph-node.ts'
import { hitAt, targetOf, type Aim, type Hit } from './hit.ts'
import { HoverRest } from './hover-rest.ts'
import { Menus } from './menus.ts'
import { picked } from './picked.ts'
import { isSame } from './reconcile.ts'
import type { Stage } from './stage.ts'
import { Touch } from './touch.ts'
import { panView, toPixels, toUnits, wheelView } from './view.ts'

type AdjustedEvent = Parameters<CanvasPointer['down']>[0]

export class Hand implements Deeds {
  readonly stage: Stage
  readonly #board: Board
  readonly #element: HTMLCanvasElement
  readonly #settle: () => void
  readonly #listening = new AbortController()
  readonly #rest: HoverRest
  readonly #touch: Touch
  readonly #menus: Menus
  readonly #edge: EdgePan
  #gesture: Gesture | undefined
  /** Where the gesture was led last. */
  #led: At | undefined
  /** What was pressed last: a double click means the same. */
  #pressed: Action | undefined
  #pointerType = 'mouse'
  #isSpaceDown = false

  constructor(element: HTMLCanvasElement, board: Board, stage: Stage, settle: () => void) {
    this.stage = stage
    this.#board = board
    this.#element = element
    this.#settle = settle
    this.#menus = new Menus(this)
    this.#rest = new HoverRest(stage.listener)
    this.#touch = new Touch((view) => this.look(view), () => this.view, (client) => this.#local(client))
    this.#edge = new EdgePan(() => this.#area(), (dx, dy) => this.#panAlong(dx, dy))
    this.#listen()
  }

  /** Whether something is being dragged: scenes wait. */
  get isBusy(): boolean {
    return this.#gesture !== undefined
  }

  get view(): CanvasView {
    return this.#board.view
  }

  aim = (): Aim => {
    const { scale } = this.view
    const reach = this.#pointerType === 'touch' ? Math.max(16, 22 / scale) : Math.max(10, 10 / scale)
    return { reach, isCoarse: this.#board.isSimple, visible: this.#board.visible_nodes.filter(isGraphNode) }
  }

  look = (view: CanvasView): void => {
    this.#board.view = view
    this.stage.listener.view(view)
  }

  select = (selection: CanvasSelection): void => {
    if (isSame([...selection.nodes], [...this.stage.selection.nodes]) && isSame([...selection.groups], [...this.stage.selection.groups])) return
    Object.assign(this.stage.selection, { nodes: selection.nodes, groups: selection.groups })
    this.stage.redraw()
    this.stage.listener.select(selection)
  }

  pick = (hit: Hit, { shift, ctrl }: Pick<At, 'shift' | 'ctrl'>): void => {
    const { nodes, groups } = this.stage.selection
    const node = hit.kind === 'node' ? hit.node : undefined
    if (node) this.stage.model.raise(node)
    const group = hit.kind === 'group' ? hit.group.scene.index : undefined
    const adds = shift || ctrl
    this.select({ nodes: picked(nodes, node?.key, adds), groups: picked(groups, group, adds) })
  }

  /** Forgets what is selected and no longer there; later, since another document brings its own selection with its scene. */
  keepSelection(): void {
    this.stage.lit = undefined
    queueMicrotask(() => {
      const { model, selection: { nodes, groups } } = this.stage
      this.select({ nodes: new Set([...nodes].filter((id) => model.node(id))), groups: new Set([...groups].filter((index) => index < model.groups.length)) })
    })
  }

  edit = (edits: readonly Edit[]): void => {
    if (edits.length > 0) this.stage.listener.edit(edits)
  }

  toClient = ([x, y, width, height]: Rectangle): Rectangle => {
    const { left, top } = this.#element.getBoundingClientRect()
    const { scale } = this.view
    const [px, py] = toPixels(this.view, [x, y])
    return [px + left, py + top, width * scale, height * scale]
  }

  /** Gives up what is being done. */
  letGo(): void {
    this.#menus.fingerGone()
    this.#rest.leave()
    this.#drop()
    this.#board.pointer.reset()
  }

  dispose(): void {
    this.letGo()
    this.#listening.abort()
  }

  #listen(): void {
    const { signal } = this.#listening
    const on = <K extends keyof HTMLElementEventMap>(type: K, heard: (event: HTMLElementEventMap[K]) => void) =>
      this.#element.addEventListener(type, heard, { signal, passive: false })
    on('pointerdown', (event) => this.#down(event))
    on('pointermove', (event) => this.#move(event))
    on('pointerup', (event) => this.#up(event))
    on('pointercancel', (event) => this.#lost(event))
    on('pointerleave', () => this.#rest.leave())
    on('dblclick', (event) => this.#pressed?.doubleClick?.(this.#at(event)))
    on('wheel', (event) => this.#wheel(event))
    on('contextmenu', (event) => this.#menus.browserMenu(event, this.#pointerType === 'touch'))
    window.addEventListener('keydown', (event) => this.#key(event), { signal, capture: true })
    window.addEventListener('keyup', (event) => {
      if (event.code === 'Space') this.#space(false)
    }, { signal })
    window.addEventListener('blur', () => this.#space(false), { signal })
  }

  #down(event: PointerEvent): void {
    this.#pointerType = event.pointerType
    this.#rest.leave()
    if (event.pointerType === 'touch') this.#element.focus({ preventScroll: true }) // a mouse does so by itself
    if (this.#touch.down(event)) return this.letGo() // the second finger: neither is a press any more
    const { pointer } = this.#board
    if (event.button === 2) {
      this.#menus.rightDown([event.clientX, event.clientY])
      return
    }
    if (event.button > 1 || !event.isPrimary || pointer.eDown) return
    if (event.button === 1) event.preventDefault() // no automatic scrolling
    pointer.down(this.#adjusted(event))
    const start = this.#at(event)
    const hit = this.hit(start.graph)
    const action: Action = event.button === 1 || this.#isSpaceDown ? { drag: (at: At) => pan(this, at) } : actionFor(this, hit, start)
    pointer.onClick = (up) => action.click?.(this.#at(up))
    this.#pressed = action
    pointer.onDragStart = () => {
      this.#menus.fingerGone()
      this.#gesture = action.drag(start)
    }
    pointer.onDragEnd = (up) => this.#finish(this.#at(up))
    if (event.pointerType === 'touch') this.#menus.fingerDown(hit, start.client, () => pointer.reset())
  }

  #move(event: PointerEvent): void {
    this.#pointerType = event.pointerType
    if (this.#touch.move(event)) return
    const { pointer } = this.#board
    const at = this.#at(event)
    if (pointer.eDown) {
      if (event.pointerId === pointer.pointerId) pointer.move(this.#adjusted(event))
      if (pointer.eDown) this.#lead(at)
      else this.#drop() // the button was let go where nobody heard of it
      return
    }
    this.#hover(at)
  }

  #up(event: PointerEvent): void {
    this.#menus.fingerGone()
    if (this.#touch.up(event)) return
    const { pointer } = this.#board
    if (event.button === 2 && !this.#gesture) {
      const { graph, client } = this.#at(event)
      this.#menus.rightUp(this.hit(graph), client)
    }
    if (pointer.eDown && event.pointerId === pointer.pointerId) pointer.up(this.#adjusted(event))
  }

  #lost(event: PointerEvent): void {
    this.#touch.up(event)
    this.letGo()
  }

  #lead(at: At): void {
    this.#led = at
    this.#gesture?.move(at)
    if (this.#gesture?.atEdge === 'pans') this.#edge.over(at.client)
  }

  /** The view goes on under a pointer that rests at the edge. */
  #panAlong(dx: number, dy: number): void {
    this.look(panView(this.view, dx, dy))
    if (this.#led) this.#lead({ ...this.#led, graph: toUnits(this.view, this.#local(this.#led.client)) })
  }

  #finish(at: At): void {
    this.#edge.stop()
    const gesture = this.#gesture
    this.#gesture = undefined
    if (!gesture) return
    gesture.move(at)
    this.edit(gesture.end(at))
    this.#settle()
    this.stage.redraw()
  }

  #drop(): void {
    this.#edge.stop()
    const gesture = this.#gesture
    this.#gesture = undefined
    if (!gesture) return
    gesture.cancel()
    this.#settle()
  }

  #hover(at: At): void {
    const hit = this.hit(at.graph)
    this.#element.style.cursor = this.#isSpaceDown ? 'grab' : cursorOf(hit)
    this.#rest.over(targetOf(hit), at.client)
    const lit = hit.kind === 'link' ? hit.link : undefined
    if (lit === this.stage.lit) return
    this.stage.lit = lit
    this.stage.redraw()
  }

  /** What lies at a point of the graph. */
  hit(graph: Point): Hit {
    return hitAt(this.stage, graph, this.aim())
  }

  #wheel(event: WheelEvent): void {
    event.preventDefault()
    this.#rest.leave()
    this.look(wheelView(this.view, event, this.#local([event.clientX, event.clientY])))
  }

  #key(event: KeyboardEvent): void {
    if (event.code === 'Space' && (document.activeElement === this.#element || document.activeElement === document.body)) {
      event.preventDefault()
      this.#space(true)
    }
    if (event.key !== 'Escape' || !this.#gesture) return
    event.preventDefault()
    event.stopPropagation()
    this.letGo()
  }

  #space(isDown: boolean): void {
    if (isDown === this.#isSpaceDown) return
    this.#isSpaceDown = isDown
    this.#element.style.cursor = isDown ? 'grab' : 'default'
  }

  #adjusted(event: PointerEvent): AdjustedEvent {
    const adjusted: PointerEvent = event
    this.#board.adjustMouseEvent(adjusted)
    return adjusted
  }

  #at(event: Pick<MouseEvent, 'clientX' | 'clientY' | 'shiftKey' | 'ctrlKey' | 'metaKey' | 'altKey'>): At {
    const client: Point = [event.clientX, event.clientY]
    return { client, graph: toUnits(this.view, this.#local(client)), shift: event.shiftKey, ctrl: event.ctrlKey || event.metaKey, alt: event.altKey }
  }

  #area(): Rectangle {
    const { left, top, width, height } = this.#element.getBoundingClientRect()
    return [left, top, width, height]
  }

  #local([x, y]: Point): Point {
    const { left, top } = this.#element.getBoundingClientRect()
    return [x - left, y - top]
  }
}

const isGraphNode = (node: object): node is GraphNode => 'scene' in node
