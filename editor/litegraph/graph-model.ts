/** The scene as an LGraph: what is drawn and hit. It follows scenes and changes none. */
import { LGraph, LLink } from 'litegraph.js'
import { fits, isList, type SocketType } from '../../core/types/socket.ts'
import type { Point, Rectangle, Scene, SceneInput, SceneNode, SceneOutput } from '../graph/scene.ts'
import { GraphGroup, GraphNode } from './graph-node.ts'
import { linkShape, type LinkShape, type LinkStyle } from './link-shape.ts'
import type { Measure } from './measure-text.ts'
import { layoutNode, type MediaHeight } from './node-layout.ts'
import { isSame, reconcile } from './reconcile.ts'

/** A link as it is drawn: from an output to an input, by their places in their nodes. */
export interface DrawnLink {
  readonly from: GraphNode
  readonly output: number
  readonly to: GraphNode
  readonly input: number
  readonly socket: SocketType
}

export class GraphModel {
  readonly graph = new LGraph()
  readonly nodes = new Map<string, GraphNode>()
  links: readonly DrawnLink[] = []
  groups: readonly GraphGroup[] = []
  scene: Scene | undefined
  readonly #measure: Measure
  readonly #mediaOf: (id: string) => MediaHeight | undefined

  constructor(measure: Measure, mediaOf: (id: string) => MediaHeight | undefined) {
    this.#measure = measure
    this.#mediaOf = mediaOf
  }

  /** Follows a scene. */
  show(scene: Scene): void {
    const { isOther, removed, added, changed } = reconcile(this.scene, scene)
    const groupsBefore = this.scene?.groups
    this.scene = scene
    for (const id of removed) this.#remove(id)
    for (const node of added) this.#add(node)
    for (const node of changed) this.#update(node)
    if (removed.length + added.length + changed.length > 0) this.#relink(scene)
    if (isOther || !isSame(groupsBefore, scene.groups)) this.#regroup(scene)
  }

  /** Puts nodes and groups back to where the scene has them: after a gesture whose edits were not made. */
  restore(): void {
    for (const node of this.nodes.values()) {
      if (node.isStretched || !isAt(node)) this.#update(node.scene)
    }
    for (const group of this.groups) group.place(group.scene.bounds)
  }

  /** Lays a node out again: what it shows has changed, or how large it is being made. */
  relayout(id: string, size?: SceneNode['size']): void {
    const node = this.nodes.get(id)
    if (!node) return
    node.layout = this.#layout(size ? { ...node.scene, size } : node.scene)
    node.isStretched = size !== undefined
    node.place(node.at)
  }

  /** Draws a node over all others. */
  raise(node: GraphNode): void {
    const { nodes } = this.graph
    const index = nodes.indexOf(node)
    if (index < 0 || index === nodes.length - 1) return
    nodes.splice(index, 1)
    nodes.push(node)
  }

  node(id: string): GraphNode | undefined {
    return this.nodes.get(id)
  }

  output(id: string, key: string | number): { readonly node: GraphNode; readonly index: number; readonly output: SceneOutput } | undefined {
    const node = this.nodes.get(id)
    const index = node?.scene.outputs.findIndex((one) => one.key === key) ?? -1
    return node && index >= 0 ? { node, index, output: node.scene.outputs[index]! } : undefined
  }

  input(id: string, name: string): { readonly node: GraphNode; readonly index: number; readonly input: SceneInput } | undefined {
    const node = this.nodes.get(id)
    const index = node?.scene.inputs.findIndex((one) => one.name === name) ?? -1
    return node && index >= 0 ? { node, index, input: node.scene.inputs[index]! } : undefined
  }

  outputPoint(node: GraphNode, index: number): Point {
    const [x, y] = node.layout.outputs[index]!
    return [node.pos[0] + x, node.pos[1] + y]
  }

  inputPoint(node: GraphNode, index: number): Point | undefined {
    const place = node.layout.inputs[index]
    return place && [node.pos[0] + place[0], node.pos[1] + place[1]]
  }

  shapeOf({ from, output, to, input }: DrawnLink, style: LinkStyle): LinkShape {
    const end = this.inputPoint(to, input) ?? [to.pos[0], to.pos[1]]
    return linkShape(this.outputPoint(from, output), end, style)
  }

  linkTo(id: string, input: string): DrawnLink | undefined {
    return this.links.find((link) => link.to.key === id && link.to.scene.inputs[link.input]!.name === input)
  }

  /** The first of a node's inputs that a link from this socket could go to: free ones before those that have a link. */
  fittingInputs(node: GraphNode, socket: SocketType): readonly number[] {
    const open = node.scene.inputs.flatMap((input, index) => (input.hasSocket && fits(socket, input.socket) ? [index] : []))
    const rank = (index: number) => Number(node.scene.inputs[index]!.link !== undefined) * 2 + Number(node.scene.inputs[index]!.widget !== undefined)
    return open.toSorted((a, b) => rank(a) - rank(b))
  }

  fittingOutputs(node: GraphNode, socket: SocketType): readonly number[] {
    return node.scene.outputs.flatMap((output, index) => (fits(output.socket, socket) ? [index] : []))
  }

  areas(ids?: Iterable<string>): Map<string, Rectangle> {
    const wanted = ids === undefined ? this.nodes.keys() : ids
    return new Map([...wanted].flatMap((id): [string, Rectangle][] => {
      const node = this.nodes.get(id)
      return node ? [[id, node.area]] : []
    }))
  }

  #layout(node: SceneNode) {
    return layoutNode(node, this.#measure, this.#mediaOf(node.id))
  }

  #add(scene: SceneNode): void {
    if (this.nodes.has(scene.id)) return // two of one id: the problem list tells
    const node = new GraphNode(scene, this.#layout(scene))
    this.nodes.set(scene.id, node)
    this.graph.add(node, true)
  }

  #update(scene: SceneNode): void {
    const node = this.nodes.get(scene.id)
    if (!node) return
    node.scene = scene
    node.layout = this.#layout(scene)
    node.isStretched = false
    node.place(scene.position)
  }

  #remove(id: string): void {
    const node = this.nodes.get(id)
    if (!node) return
    this.nodes.delete(id)
    this.graph.remove(node)
  }

  #relink(scene: Scene): void {
    const outputs = new Map<string, { readonly from: GraphNode; readonly output: number }>()
    const place = (id: string, key: string | number) => JSON.stringify([id, key])
    for (const node of this.nodes.values()) {
      node.scene.outputs.forEach(({ key }, output) => outputs.set(place(node.key, key), { from: node, output }))
    }
    const links: DrawnLink[] = []
    for (const { id } of scene.nodes) {
      const to = this.nodes.get(id)!
      to.scene.inputs.forEach(({ link, socket }, input) => {
        const source = link && outputs.get(place(link.from, link.output))
        if (source) links.push({ ...source, to, input, socket: carried(source.from.scene.outputs[source.output]) ?? socket })
      })
    }
    this.links = links
    this.graph.links.clear()
    links.forEach(({ from, output, to, input }, id) => this.graph.links.set(id, new LLink(id, '*', from.id, output, to.id, input)))
  }

  #regroup(scene: Scene): void {
    for (const group of this.groups) this.graph.remove(group)
    this.groups = scene.groups.map((group) => new GraphGroup(group))
    for (const group of this.groups) this.graph.add(group)
  }
}

/** What goes through a link: a list, where the output gives several. */
function carried(output: SceneOutput | undefined): SocketType | undefined {
  return output?.each && !isList(output.socket) ? { list: output.socket } : output?.socket
}

function isAt({ at, scene: { position } }: GraphNode): boolean {
  return at[0] === position[0] && at[1] === position[1]
}
