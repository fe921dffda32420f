/** A node of a scene as litegraph holds it. */
import { LGraphGroup, LGraphNode } from 'litegraph.js'
import type { Point, Rectangle, SceneGroup, SceneNode } from '../graph/scene.ts'
import type { NodeLayout } from './node-layout.ts'

export class GraphNode extends LGraphNode {
  scene: SceneNode
  layout: NodeLayout
  /** Another size than the scene has: while it is being made larger or smaller. */
  isStretched = false
  #at: Point = [0, 0]

  constructor(scene: SceneNode, layout: NodeLayout) {
    super(scene.title, scene.type)
    this.scene = scene
    this.layout = layout
    this.place(scene.position)
  }

  /** Its id in the scene. litegraph has numbers of its own: it looks ids up in a plain object, where `__proto__` is not one. */
  get key(): string {
    return this.scene.id
  }

  /** litegraph keeps positions as 32 bit numbers: good for drawing, never for a file. */
  place(at: Point): void {
    this.#at = at
    this.pos[0] = at[0]
    this.pos[1] = at[1]
    this.size[0] = this.layout.size[0]
    this.size[1] = this.layout.size[1]
  }

  get area(): Rectangle {
    const { size, titleHeight } = this.layout
    return [this.#at[0], this.#at[1] - titleHeight, size[0], size[1] + titleHeight]
  }

  get at(): Point {
    return this.#at
  }

  /** Of what litegraph asks: where it is drawn. */
  override measure(out: { [index: number]: number }): void {
    const { size, titleHeight } = this.layout
    out[0] = this.pos[0]
    out[1] = this.pos[1] - titleHeight
    out[2] = size[0]
    out[3] = size[1] + titleHeight
  }
}

/** A group of a scene as litegraph holds it. */
export class GraphGroup extends LGraphGroup {
  scene: SceneGroup
  #area: Rectangle

  constructor(scene: SceneGroup) {
    super(scene.title, scene.index)
    this.scene = scene
    this.#area = scene.bounds
    this.place(scene.bounds)
  }

  place(bounds: Rectangle): void {
    this.#area = bounds
    this.boundingRect.set(bounds)
  }

  get area(): Rectangle {
    return this.#area
  }
}
