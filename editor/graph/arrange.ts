/** Puts nodes in order: in lines, at equal distances, on a grid, or all of a graph by its links. */
import type { Definitions } from '../../core/types/definition.ts'
import type { Workflow, WorkflowNode } from '../../core/workflow/workflow.ts'
import { boundsOf, type Boxes } from './bounds.ts'
import type { Edit } from './edit.ts'
import { estimateSize } from './estimate-size.ts'
import { withFields } from './graph-at.ts'
import { layered, type Wire } from './layers.ts'
import { mapSame } from './map-links.ts'
import { sceneOf } from './scene-of.ts'
import type { Point, Rectangle, SceneNode } from './scene.ts'

type Move = Extract<Edit, { readonly type: 'move' }>
/** What is needed of the nodes that are to be moved; pinned ones stay, and others follow them. */
type Movable = Pick<SceneNode, 'id' | 'position' | 'pinned'>

export type Side = 'left' | 'right' | 'top' | 'bottom' | 'center' | 'middle'

/** Brings a side of all nodes onto one line; `center` and `middle` are the lines from top to bottom and from left to right. */
export function align(nodes: readonly Movable[], boxes: Boxes, side: Side): Move {
  const around = boundsOf(boxesOf(nodes, boxes))
  if (!around) return moved(nodes, new Map())
  const [x, y, width, height] = around
  return moved(nodes, shifts(nodes, boxes, ([bx, by, bw, bh]) => {
    switch (side) {
      case 'left': return [x - bx, 0]
      case 'right': return [x + width - bx - bw, 0]
      case 'top': return [0, y - by]
      case 'bottom': return [0, y + height - by - bh]
      case 'center': return [x + width / 2 - bx - bw / 2, 0]
      case 'middle': return [0, y + height / 2 - by - bh / 2]
      default: return side satisfies never
    }
  }))
}

/** Makes the gaps between nodes equal, from left to right (`x`) or from top to bottom; the outermost stay. */
export function distribute(nodes: readonly Movable[], boxes: Boxes, axis: 'x' | 'y'): Move {
  const [at, length] = axis === 'x' ? [0, 2] as const : [1, 3] as const
  const order = nodes.filter(({ id }) => boxes.has(id)).toSorted((a, b) => boxes.get(a.id)![at] - boxes.get(b.id)![at])
  const around = boundsOf(boxesOf(order, boxes))
  if (!around || order.length < 3) return moved(nodes, new Map())
  const filled = order.reduce((sum, { id }) => sum + boxes.get(id)![length], 0)
  const gap = (around[length] - filled) / (order.length - 1)
  const by = new Map<string, Point>()
  let next = around[at]
  for (const { id } of order) {
    const box = boxes.get(id)!
    by.set(id, axis === 'x' ? [next - box[at], 0] : [0, next - box[at]])
    next += box[length] + gap
  }
  return moved(nodes, by)
}

/** Moves nodes to the nearest points of a grid. */
export function snapped(nodes: readonly Movable[], grid: number): Move {
  const near = (value: number) => Math.round(value / grid) * grid
  return moved(nodes, new Map(nodes.map(({ id, position: [x, y] }) => [id, [near(x) - x, near(y) - y]])))
}

/** Lays nodes out by the links between them, from left to right, with their corner where it was. */
export function arranged(nodes: readonly SceneNode[], boxes: Boxes): Move {
  const free = nodes.filter(({ pinned }) => !pinned)
  const around = boundsOf(boxesOf(free, boxes))
  if (!around) return moved(nodes, new Map())
  const sized = free.filter(({ id }) => boxes.has(id)).map(({ id }) => ({ id, size: [boxes.get(id)![2], boxes.get(id)![3]] as const }))
  const places = layered(sized, wiresOf(free), [around[0], around[1]])
  return moved(nodes, shifts(free, boxes, ([x, y], id) => [places.get(id)![0] - x, places.get(id)![1] - y]))
}

/** The workflow with a place for each node that has none, in subgraphs too: files of other programs often have no places. */
export function laidOut(workflow: Workflow, definitions: Definitions): Workflow {
  const isPlaced = (nodes: readonly WorkflowNode[]) => nodes.every(({ position }) => position !== undefined)
  const { subgraphs = [] } = workflow
  const top = isPlaced(workflow.nodes) ? workflow.nodes : placed(workflow.nodes, sceneOf(workflow, [], definitions).nodes)
  const inner = mapSame(subgraphs, (one) => {
    if (isPlaced(one.nodes)) return one
    // Shown as if it were the whole: what is inside of a subgraph lies where it lies, whoever stands for it.
    const alone: Workflow = { version: 1, nodes: one.nodes, subgraphs }
    return withFields(one, { nodes: placed(one.nodes, sceneOf(alone, [], definitions).nodes) })
  })
  return withFields(workflow, { nodes: top, ...(workflow.subgraphs && { subgraphs: inner }) })
}

/** Of two nodes with one id the first is drawn; the second gets its place. */
function placed(nodes: readonly WorkflowNode[], drawn: readonly SceneNode[]): readonly WorkflowNode[] {
  const places = new Map(drawn.map(({ id, position }) => [id, position]))
  return mapSame(nodes, (node) => (node.position ? node : withFields(node, { position: places.get(node.id) })))
}

/** The boxes of a scene's nodes by what they probably need, where no canvas has drawn them. */
export function estimatedBoxes(nodes: readonly SceneNode[]): Boxes {
  return new Map(nodes.map((node) => [node.id, [...node.position, ...estimateSize(node)] as const]))
}

/** The links between some nodes of a scene. */
export function wiresOf(nodes: readonly SceneNode[]): Wire[] {
  return nodes.flatMap(({ id, inputs }) => inputs.flatMap(({ link }) => (link ? [{ from: link.from, to: id }] : [])))
}

function boxesOf(nodes: readonly Movable[], boxes: Boxes): Rectangle[] {
  return nodes.flatMap(({ id }) => {
    const box = boxes.get(id)
    return box ? [box] : []
  })
}

function shifts(nodes: readonly Movable[], boxes: Boxes, shift: (box: Rectangle, id: string) => Point): Map<string, Point> {
  return new Map(nodes.filter(({ id }) => boxes.has(id)).map(({ id }) => [id, shift(boxes.get(id)!, id)]))
}

function moved(nodes: readonly Movable[], by: ReadonlyMap<string, Point>): Move {
  const moves = nodes.filter(({ pinned }) => !pinned).flatMap(({ id, position: [x, y] }) => {
    const [dx, dy] = by.get(id) ?? [0, 0]
    return dx === 0 && dy === 0 ? [] : [{ id, position: [x + dx, y + dy] as const }]
  })
  return { type: 'move', nodes: moves }
}
