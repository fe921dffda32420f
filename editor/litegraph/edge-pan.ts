/** Moves the view while something is dragged near an edge of the canvas, so that one drag leads to any place. */
import type { Point, Rectangle } from '../graph/scene.ts'

/** How near to the edge, in CSS pixels. */
const MARGIN = 28
/** CSS pixels in a second, at the edge and beyond. */
const FASTEST = 900

/** How fast the view goes for a pointer, in CSS pixels in a second: against where the pointer is. */
export function edgeSpeed([x, y]: Point, [left, top, width, height]: Rectangle): Point {
  return [along(x - left, width), along(y - top, height)]
}

function along(at: number, length: number): number {
  const near = Math.min(1, Math.max(0, MARGIN - at) / MARGIN)
  const far = Math.min(1, Math.max(0, at - length + MARGIN) / MARGIN)
  return near === far ? 0 : (near - far) * FASTEST
}

export class EdgePan {
  readonly #area: () => Rectangle
  readonly #pan: (dx: number, dy: number) => void
  #client: Point = [0, 0]
  #frame: number | undefined

  constructor(area: () => Rectangle, pan: (dx: number, dy: number) => void) {
    this.#area = area
    this.#pan = pan
  }

  /** Something is dragged here. */
  over(client: Point): void {
    this.#client = client
    if (this.#frame !== undefined || isStill(edgeSpeed(client, this.#area()))) return
    let last = performance.now()
    const step = (now: number) => {
      const speed = edgeSpeed(this.#client, this.#area())
      this.#frame = isStill(speed) ? undefined : requestAnimationFrame(step)
      const seconds = Math.min(0.05, Math.max(0, now - last) / 1000)
      last = now
      if (!isStill(speed)) this.#pan(speed[0] * seconds, speed[1] * seconds)
    }
    this.#frame = requestAnimationFrame(step)
  }

  /** Nothing is dragged any more. */
  stop(): void {
    if (this.#frame !== undefined) cancelAnimationFrame(this.#frame)
    this.#frame = undefined
  }
}

const isStill = ([x, y]: Point): boolean => x === 0 && y === 0
