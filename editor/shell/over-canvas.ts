/** What the shell lays over the canvas: a field that is written in, the reason why a link is refused, a hint. */
import { signal, type Signal } from '@preact/signals'
import type { EditorDocument } from '../app/document.ts'
import type { CanvasTarget } from '../graph/canvas.ts'
import type { Point } from '../graph/scene.ts'

export interface OverCanvas {
  readonly editing: Signal<{ readonly document: EditorDocument; readonly node: string; readonly input: string } | undefined>
  readonly refusal: Signal<{ readonly reason: string; readonly client: Point } | undefined>
  readonly hint: Signal<{ readonly target: CanvasTarget; readonly client: Point } | undefined>
}

/** Nothing yet. */
export function createOverCanvas(): OverCanvas {
  return { editing: signal(undefined), refusal: signal(undefined), hint: signal(undefined) }
}
