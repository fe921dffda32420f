/** The one implementation of the canvas, and the only place that knows litegraph. */
import type { CanvasListener, CanvasSettings, GraphCanvas } from '../graph/canvas.ts'
import { SceneCanvas } from './canvas.ts'

/** Puts a canvas into an element, which it fills. */
export function createCanvas(host: HTMLElement, listener: CanvasListener, settings: CanvasSettings): GraphCanvas {
  return new SceneCanvas(host, listener, settings)
}
