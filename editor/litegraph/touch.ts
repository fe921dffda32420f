/** Two fingers: what lies between them follows both. */
import type { CanvasView } from '../graph/canvas.ts'
import type { Point } from '../graph/scene.ts'
import { distance } from './geometry.ts'
import { panView, zoomView } from './view.ts'

export class Touch {
  readonly #fingers = new Map<number, Point>()
  readonly #look: (view: CanvasView) => void
  readonly #view: () => CanvasView
  readonly #local: (client: Point) => Point
  /** From the second finger's coming until the last one has gone. */
  #isPinch = false

  constructor(look: (view: CanvasView) => void, view: () => CanvasView, local: (client: Point) => Point) {
    this.#look = look
    this.#view = view
    this.#local = local
  }

  /** Whether this is one finger of several. */
  down(event: PointerEvent): boolean {
    if (event.pointerType !== 'touch') return false
    if (event.isPrimary) this.#fingers.clear() // an end may have been missed
    this.#fingers.set(event.pointerId, [event.clientX, event.clientY])
    this.#isPinch = this.#fingers.size > 1
    return this.#isPinch
  }

  move(event: PointerEvent): boolean {
    const before = this.#fingers.get(event.pointerId)
    if (!before) return false
    const now: Point = [event.clientX, event.clientY]
    this.#fingers.set(event.pointerId, now)
    const other = [...this.#fingers].find(([id]) => id !== event.pointerId)?.[1]
    if (this.#isPinch && other) this.#follow(before, now, other)
    return this.#isPinch
  }

  up(event: PointerEvent): boolean {
    const wasPinch = this.#fingers.delete(event.pointerId) && this.#isPinch
    if (this.#fingers.size === 0) this.#isPinch = false
    return wasPinch
  }

  #follow(before: Point, now: Point, other: Point): void {
    const moved = panView(this.#view(), (now[0] - before[0]) / 2, (now[1] - before[1]) / 2)
    const middle: Point = [(now[0] + other[0]) / 2, (now[1] + other[1]) / 2]
    this.#look(zoomView(moved, distance(now, other) / Math.max(1, distance(before, other)), this.#local(middle)))
  }
}
