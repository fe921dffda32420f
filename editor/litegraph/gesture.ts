/** Something a person does with the pointer down: it follows the pointer, and ends or is given up. */
import type { Edit } from '../graph/edit.ts'
import type { CanvasView } from '../graph/canvas.ts'
import type { Point } from '../graph/scene.ts'
import type { Aim } from './hit.ts'
import type { Stage } from './stage.ts'

/** Where the pointer is, and which keys are held. */
export interface At {
  readonly graph: Point
  /** CSS pixels of the window. */
  readonly client: Point
  readonly shift: boolean
  readonly ctrl: boolean
  readonly alt: boolean
}

export interface Gesture {
  /** The view follows a pointer at the edge of the canvas. */
  readonly atEdge?: 'pans'
  move(at: At): void
  /** What it comes to. */
  end(at: At): readonly Edit[]
  /** Leaves everything as it was. */
  cancel(): void
}

/** What gestures do things with. */
export interface Grip {
  readonly stage: Stage
  readonly view: CanvasView
  aim(): Aim
  look(view: CanvasView): void
  select(selection: { readonly nodes: ReadonlySet<string>; readonly groups: ReadonlySet<number> }): void
}
