/** A node of a scene as litegraph holds it. */
import { LGraphGroup, LGraphNode } from 'litegraph.js'
import type { Point, Rectangle, SceneGroup, SceneNode } from '../graph/scene.ts'
import type { NodeLayout } from './node-layout.ts'

export class GraphNode extends LGraphNode {
  scene: SceneNode
  layout: NodeLayout
  /** Another size than the scene has: while it is being made larger or smaller. */
  isStretched = false

  constructor(scene: SceneNode, layout: NodeLayout) {
    super(scene.title, scene.type)
    this.id = scene.id
    this.scene = scene
    this.layout = layout
    this.place(scene.position)
  }

  get key(): string {
    return this.scene.id
  }

  /** litegraph keeps positions as 32 bit numbers: good for drawing, never for a file. */
  place([x, y]: Point): void {
    this.pos[0] = x
    this.pos[1] = y
    this.size[0] = this.layout.size[0]
    this.size[1] = this.layout.size[1]
  }

  get area(): Rectangle {
    const { size, titleHeight } = this.layout
    return [this.pos[0], this.pos[1] - titleHeight, size[0], size[1] + titleHeight]
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

  constructor(scene: SceneGroup) {
    super(scene.title, scene.index)
    this.scene = scene
    this.place(scene.bounds)
  }

  place(bounds: Rectangle): void {
    this.boundingRect.set(bounds)
  }

  get area(): Rectangle {
    const [x, y, width, height] = this.boundingRect
    return [x!, y!, width!, height!]
  }
}
