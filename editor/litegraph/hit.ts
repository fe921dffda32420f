/** What lies under the pointer. */
import type { CanvasTarget } from '../graph/canvas.ts'
import type { Point } from '../graph/scene.ts'
import { groupPartAt } from './group-hit.ts'
import type { GraphGroup, GraphNode } from './graph-node.ts'
import type { DrawnLink } from './graph-model.ts'
import { distanceToLink, mayBeNear } from './link-shape.ts'
import { mayHit, partAt, type NodePart } from './node-hit.ts'
import type { Stage } from './stage.ts'

export type Hit =
  | { readonly kind: 'node'; readonly node: GraphNode; readonly part: NodePart }
  | { readonly kind: 'link'; readonly link: DrawnLink }
  | { readonly kind: 'group'; readonly group: GraphGroup; readonly part: 'title' | 'corner' }
  | { readonly kind: 'canvas' }

export interface Aim {
  /** In graph units: how near to a socket or a link is near enough. */
  readonly reach: number
  /** Whether only whole nodes can be meant, since their parts aren't drawn. */
  readonly isCoarse: boolean
  /** Drawn last is hit first. */
  readonly visible: readonly GraphNode[]
}

/** Nodes before links before groups. */
export function hitAt(stage: Stage, point: Point, aim: Aim): Hit {
  return nodeAt(point, aim) ?? linkAt(stage, point, aim) ?? groupAt(stage, point) ?? { kind: 'canvas' }
}

/** The topmost node. */
export function nodeAt(point: Point, { reach, isCoarse, visible }: Aim): Hit & { readonly kind: 'node' } | undefined {
  for (const node of visible.toReversed()) {
    const local: Point = [point[0] - node.pos[0], point[1] - node.pos[1]]
    if (!mayHit(node.layout, local, reach)) continue
    const part = partAt(node.scene, node.layout, local, isCoarse ? 0 : reach)
    if (part) return { kind: 'node', node, part: isCoarse ? { part: local[1] < 0 ? 'title' : 'body' } : part }
  }
  return undefined
}

function linkAt({ model, settings, held }: Stage, point: Point, { reach, isCoarse }: Aim): Hit | undefined {
  if (isCoarse) return undefined
  const near = Math.min(reach, 10)
  const link = model.links.findLast((one) => {
    if (one === held?.moved) return false
    const shape = model.shapeOf(one, settings.links)
    return mayBeNear(shape, point, near) && distanceToLink(shape, point) <= near
  })
  return link && { kind: 'link', link }
}

function groupAt({ model }: Stage, point: Point): Hit | undefined {
  const hits = model.groups.toReversed().flatMap((group) => {
    const part = groupPartAt(group.area, point)
    return part ? [{ kind: 'group', group, part } as const] : []
  })
  return hits.toSorted((a, b) => sizeOf(a.group) - sizeOf(b.group))[0] // a group in another one
}

const sizeOf = ({ area: [, , width, height] }: GraphGroup): number => width * height

/** A hit as the rest of the editor knows it. */
export function targetOf(hit: Hit): CanvasTarget {
  switch (hit.kind) {
    case 'node': return nodeTarget(hit.node, hit.part)
    case 'link': return { kind: 'link', to: hit.link.to.key, input: hit.link.to.scene.inputs[hit.link.input]!.name }
    case 'group': return { kind: 'group', index: hit.group.scene.index }
    default: return { kind: 'canvas' }
  }
}

function nodeTarget({ key, scene }: GraphNode, part: NodePart): CanvasTarget {
  if (part.part === 'output') return { kind: 'output', id: key, output: scene.outputs[part.index]!.key }
  if (part.part === 'input' || part.part === 'field') return { kind: 'input', id: key, input: scene.inputs[part.index]!.name }
  return { kind: 'node', id: key }
}
