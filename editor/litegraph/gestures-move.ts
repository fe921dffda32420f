/** Gestures that move things: the view, nodes, groups, corners. */
import type { Edit } from '../graph/edit.ts'
import type { Point, Rectangle, Size } from '../graph/scene.ts'
import { snapped } from './geometry.ts'
import type { At, Gesture, Grip } from './gesture.ts'
import type { GraphGroup, GraphNode } from './graph-node.ts'
import { GROUP_LEAST, isInside } from './group-hit.ts'
import { panView } from './view.ts'

/** The canvas under the pointer. A turn of the wheel meanwhile stays. */
export function pan(grip: Grip, start: At): Gesture {
  const before = grip.view
  let last = start.client
  return {
    move: ({ client }) => {
      grip.look(panView(grip.view, client[0] - last[0], client[1] - last[1]))
      last = client
    },
    end: () => [],
    cancel: () => grip.look(before),
  }
}

/** Whole positions, or places on the grid. */
function settled({ stage: { settings } }: Grip, { shift }: At, point: Point): Point {
  return settings.snap || shift ? snapped(point, settings.grid) : [Math.round(point[0]), Math.round(point[1])]
}

/** All that is selected, and what lies in selected groups. */
export function moveSelected(grip: Grip, start: At): Gesture {
  const { stage } = grip
  const groups = movedGroups(grip)
  const nodes = movedNodes(grip, groups)
  const shifted = (from: Point, at: At): Point => settled(grip, at, [from[0] + at.graph[0] - start.graph[0], from[1] + at.graph[1] - start.graph[1]])
  const place = (at: At) => {
    for (const node of nodes) node.place(shifted(node.scene.position, at))
    for (const group of groups) group.place(shiftedBounds(group, (from) => shifted(from, at)))
    stage.redraw()
  }
  return {
    atEdge: 'pans',
    move: place,
    end: (at) => {
      const moved = nodes.map(({ key, scene }) => ({ id: key, position: shifted(scene.position, at) }))
      const framed = groups.map((group): Edit => ({ type: 'changeGroup', index: group.scene.index, bounds: shiftedBounds(group, (from) => shifted(from, at)) }))
      return [...(moved.length > 0 ? [{ type: 'move', nodes: moved } as const] : []), ...framed]
    },
    cancel: () => stage.redraw(),
  }
}

function shiftedBounds({ scene: { bounds: [x, y, width, height] } }: GraphGroup, shift: (from: Point) => Point): Rectangle {
  return [...shift([x, y]), width, height]
}

/** What is selected stays; copies of its nodes go along with the pointer. */
export function copySelected(grip: Grip, start: At): Gesture {
  const moved = moveSelected(grip, start)
  return {
    ...moved,
    end: (at) => {
      const [x, y] = settled(grip, at, [at.graph[0] - start.graph[0], at.graph[1] - start.graph[1]])
      grip.stage.listener.duplicate([x, y])
      return []
    },
  }
}

/** The selected groups with those that lie in them. */
function movedGroups({ stage: { model, selection } }: Grip): GraphGroup[] {
  const selected = model.groups.filter(({ scene }) => selection.groups.has(scene.index))
  return model.groups.filter((group) => selected.includes(group) || selected.some((outer) => isInside(outer.area, group.area) && isLarger(outer, group)))
}

const isLarger = ({ area: a }: GraphGroup, { area: b }: GraphGroup): boolean => a[2] * a[3] > b[2] * b[3]

function movedNodes({ stage: { model, selection } }: Grip, groups: readonly GraphGroup[]): GraphNode[] {
  return [...model.nodes.values()].filter((node) =>
    !node.scene.pinned && (selection.nodes.has(node.key) || groups.some(({ area }) => isInside(area, node.area))))
}

/** A node by its corner. */
export function resizeNode(grip: Grip, node: GraphNode, start: At): Gesture {
  const { stage } = grip
  const from = node.layout.size
  const { least } = node.layout
  const sized = (at: At): Size => {
    const [width, height] = settled(grip, at, [from[0] + at.graph[0] - start.graph[0], from[1] + at.graph[1] - start.graph[1]])
    return [Math.max(least[0], width), Math.max(least[1], height)]
  }
  return {
    move: (at) => {
      stage.model.relayout(node.key, sized(at))
      stage.redraw()
    },
    end: (at) => [{ type: 'resize', id: node.key, size: sized(at) }],
    cancel: () => stage.redraw(),
  }
}

/** A group by its corner. */
export function resizeGroup(grip: Grip, group: GraphGroup, start: At): Gesture {
  const { bounds: [x, y, width, height], index } = group.scene
  const sized = (at: At): Rectangle => {
    const [right, bottom] = settled(grip, at, [x + width + at.graph[0] - start.graph[0], y + height + at.graph[1] - start.graph[1]])
    return [x, y, Math.max(GROUP_LEAST[0], right - x), Math.max(GROUP_LEAST[1], bottom - y)]
  }
  return {
    move: (at) => {
      group.place(sized(at))
      grip.stage.redraw()
    },
    end: (at) => [{ type: 'changeGroup', index, bounds: sized(at) }],
    cancel: () => grip.stage.redraw(),
  }
}
