/**
 * Lays a graph out in layers, from what nothing is read by to what reads it: for graphs that come without places.
 *
 * 1. Each node goes one layer behind the last of those that it reads; links back (in a loop) count for nothing.
 * 2. What only feeds later layers moves right up to the first that reads it, so that links stay short.
 * 3. Within layers, nodes are put in order by where their neighbours are, a few times forwards and backwards
 *    (Sugiyama, Tagawa, Toda 1981: the barycentre of each).
 * 4. Layers become columns, as wide as their widest node; in each, nodes stand one below the other.
 */
import type { Point, Size } from './scene.ts'

export interface LayeredNode {
  readonly id: string
  readonly size: Size
}

/** That `to` reads `from`. */
export interface Wire {
  readonly from: string
  readonly to: string
}

export interface LayerGaps {
  readonly x: number
  readonly y: number
}

const GAPS: LayerGaps = { x: 80, y: 40 }
const SWEEPS = 4

/** A place for each node, the first at `at`; no two overlap. */
export function layered(nodes: readonly LayeredNode[], wires: readonly Wire[], at: Point = [0, 0], gaps: LayerGaps = GAPS): Map<string, Point> {
  const ids = new Set(nodes.map(({ id }) => id))
  const known = wires.filter(({ from, to }) => from !== to && ids.has(from) && ids.has(to))
  const [sources, readers] = [listed(known, 'to', 'from'), listed(known, 'from', 'to')]
  const depth = depths(nodes, sources, readers)
  const layers = inLayers(nodes, depth)
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const isForward = sweep % 2 === 0
    const order = isForward ? layers : layers.toReversed()
    const places = new Map(layers.flatMap((layer) => layer.map(({ id }, index): [string, number] => [id, index])))
    for (const layer of order) sortByNeighbours(layer, isForward ? sources : readers, places)
  }
  return columns(layers, at, gaps)
}

function listed(wires: readonly Wire[], key: keyof Wire, value: keyof Wire): Map<string, string[]> {
  const lists = new Map<string, string[]>()
  for (const wire of wires) {
    const list = lists.get(wire[key])
    if (list) list.push(wire[value])
    else lists.set(wire[key], [wire[value]])
  }
  return lists
}

/** The layer of each node: a walk over a list, since chains may be long. What is left on loops is taken as it comes. */
function depths(nodes: readonly LayeredNode[], sources: ReadonlyMap<string, string[]>, readers: ReadonlyMap<string, string[]>): Map<string, number> {
  const waiting = new Map(nodes.map(({ id }) => [id, new Set(sources.get(id)).size]))
  const depth = new Map<string, number>()
  const order: string[] = []
  const take = (id: string) => {
    const before = (sources.get(id) ?? []).map((from) => depth.get(from) ?? -1)
    depth.set(id, before.reduce((most, one) => Math.max(most, one), -1) + 1)
    order.push(id)
  }
  for (const { id } of nodes) if (waiting.get(id) === 0) take(id)
  let next = 0
  for (let loops = 0; ; loops++) {
    for (; next < order.length; next++) {
      for (const id of new Set(readers.get(order[next]!))) {
        const left = waiting.get(id)! - 1
        waiting.set(id, left)
        if (left === 0 && !depth.has(id)) take(id)
      }
    }
    while (loops < nodes.length && depth.has(nodes[loops]!.id)) loops++
    if (loops >= nodes.length) break
    take(nodes[loops]!.id)
  }
  pullUp(order, depth, readers)
  return depth
}

/** Moves what has no source right before the first that reads it. */
function pullUp(order: readonly string[], depth: Map<string, number>, readers: ReadonlyMap<string, string[]>): void {
  for (const id of order.toReversed()) {
    if (depth.get(id) !== 0) continue
    const behind = (readers.get(id) ?? []).map((to) => depth.get(to)!)
    const first = behind.reduce((least, one) => Math.min(least, one), Infinity)
    if (Number.isFinite(first) && first > 1) depth.set(id, first - 1)
  }
}

function inLayers(nodes: readonly LayeredNode[], depth: ReadonlyMap<string, number>): LayeredNode[][] {
  const layers: LayeredNode[][] = []
  for (const node of nodes) {
    const at = depth.get(node.id)!
    while (layers.length <= at) layers.push([])
    layers[at]!.push(node)
  }
  return layers.filter((layer) => layer.length > 0)
}

function sortByNeighbours(layer: LayeredNode[], neighbours: ReadonlyMap<string, string[]>, places: Map<string, number>): void {
  const weight = new Map(layer.map(({ id }, index) => {
    const beside = (neighbours.get(id) ?? []).flatMap((one) => places.get(one) ?? [])
    return [id, beside.length === 0 ? index : beside.reduce((sum, one) => sum + one, 0) / beside.length]
  }))
  layer.sort((a, b) => weight.get(a.id)! - weight.get(b.id)!)
  for (const [index, { id }] of layer.entries()) places.set(id, index)
}

function columns(layers: readonly (readonly LayeredNode[])[], [left, top]: Point, gaps: LayerGaps): Map<string, Point> {
  const places = new Map<string, Point>()
  let x = left
  for (const layer of layers) {
    let y = top
    for (const { id, size } of layer) {
      places.set(id, [x, y])
      y += size[1] + gaps.y
    }
    x += layer.reduce((most, { size }) => Math.max(most, size[0]), 0) + gaps.x
  }
  return places
}
