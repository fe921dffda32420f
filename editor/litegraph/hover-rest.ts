/** Tells when the pointer rests on something, and when it leaves. */
import type { CanvasListener, CanvasTarget } from '../graph/canvas.ts'
import type { Point } from '../graph/scene.ts'
import { isSame } from './reconcile.ts'

const REST = 350

export class HoverRest {
  readonly #listener: CanvasListener
  #target: CanvasTarget | undefined
  #isTold = false
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(listener: CanvasListener) {
    this.#listener = listener
  }

  over(target: CanvasTarget, client: Point): void {
    if (isSame(target, this.#target) && this.#isTold) return
    if (!isSame(target, this.#target)) this.leave(client)
    this.#target = target
    clearTimeout(this.#timer)
    if (target.kind === 'canvas') return
    this.#timer = setTimeout(() => {
      this.#isTold = true
      this.#listener.hover(target, client)
    }, REST)
  }

  leave(client: Point = [0, 0]): void {
    clearTimeout(this.#timer)
    if (this.#isTold) this.#listener.hover(undefined, client)
    this.#isTold = false
    this.#target = undefined
  }
}
