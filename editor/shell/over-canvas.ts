/** What the shell lays over the canvas beside the pointer: the reason why a link is refused, a hint. */
import { signal, type Signal } from '@preact/signals'
import type { CanvasTarget } from '../graph/canvas.ts'
import type { Point } from '../graph/scene.ts'

export interface OverCanvas {
  readonly refusal: Signal<{ readonly reason: string; readonly client: Point } | undefined>
  readonly hint: Signal<{ readonly target: CanvasTarget; readonly client: Point } | undefined>
}

/** Nothing yet. */
export function createOverCanvas(): OverCanvas {
  return { refusal: signal(undefined), hint: signal(undefined) }
}
