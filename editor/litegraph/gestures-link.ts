/** Drawing links, moving their ends, pulling points into them. */
import type { LooseLink } from '../graph/canvas.ts'
import type { Edit } from '../graph/edit.ts'
import type { Point } from '../graph/scene.ts'
import type { At, Gesture, Grip } from './gesture.ts'
import type { DrawnLink } from './graph-model.ts'
import type { GraphNode } from './graph-node.ts'
import { nodeAt, type Hit } from './hit.ts'
import { REROUTE_RADIUS } from './node-layout.ts'
import type { NodePart } from './node-hit.ts'
import { startOf } from './paint-links.ts'
import type { HeldLink, Stage } from './stage.ts'
import { snapped } from './geometry.ts'

/** A new link from a socket, or the end of one that was taken off its input. */
export function drawLink(grip: Grip, loose: LooseLink, start: At, moved?: DrawnLink): Gesture {
  const { stage } = grip
  const held: HeldLink = { loose, end: start.graph, ...(moved && { moved }) }
  return holding(grip, held, start, (at) => {
    if (held.target) return linkEdits(stage, held)
    if (nodeAt(at.graph, grip.aim()) !== undefined) return []
    if (moved) return [{ type: 'disconnect', to: moved.to.key, input: inputName(moved.to, moved.input) }]
    stage.listener.search({ graph: at.graph, client: at.client }, loose)
    return []
  })
}

/** The beginnings of links that share one, to another output that fits the first of them. Dropped on nothing they stay. */
export function moveLinks(grip: Grip, links: readonly DrawnLink[], start: At): Gesture {
  const { stage } = grip
  const ends = links.map(({ to, input }) => ({ to: to.key, input: inputName(to, input) }))
  const held: HeldLink = { loose: ends[0]!, end: start.graph, moved: links[0]! }
  return holding(grip, held, start, () => {
    const { target } = held
    const node = target && stage.model.node(target.node)
    if (!node) return []
    const from = { from: node.key, output: node.scene.outputs[target.index]!.key }
    return ends
      .filter(({ to, input }) => stage.settings.refusal(from.from, from.output, to, input) === undefined)
      .map((end) => ({ type: 'connect', ...from, ...end }))
  })
}

/** Carries a held link to where it is let go; `drop` says what comes of it there. */
function holding(grip: Grip, held: HeldLink, start: At, drop: (at: At) => readonly Edit[]): Gesture {
  const { stage } = grip
  stage.held = held
  const letGo = (client: Point) => {
    stage.held = undefined
    stage.listener.refuse(undefined, client)
    stage.redraw()
  }
  return {
    atEdge: 'pans',
    move: (at) => {
      held.end = at.graph
      aimAt(grip, held, at)
      stage.redraw()
    },
    end: (at) => {
      aimAt(grip, held, at)
      letGo(at.client)
      return drop(at)
    },
    cancel: () => letGo(start.client),
  }
}

/** Finds what the held link would be linked to, and why not. */
function aimAt(grip: Grip, held: HeldLink, at: At): void {
  const { stage } = grip
  const hit = nodeAt(at.graph, grip.aim())
  const found = hit && candidates(stage, held, hit).map((index) => ({ index, reason: refusalOf(stage, held, hit.node, index) }))
  const chosen = found?.find(({ reason }) => reason === undefined)
  delete held.target
  delete held.refusal
  if (chosen) held.target = { node: hit!.node.key, index: chosen.index }
  else if (found?.[0]?.reason !== undefined) held.refusal = found[0].reason
  stage.listener.refuse(held.refusal, at.client)
}

/** The sockets that are meant: the one that is pointed at; else, over a node, those that fit, and the others to say why not. */
function candidates(stage: Stage, held: HeldLink, { node, part }: Hit & { readonly kind: 'node' }): readonly number[] {
  const { model } = stage
  const start = startOf(stage, held)
  const isOut = 'from' in held.loose
  if (!start || node.key === (isOut ? held.loose.from : held.loose.to)) return []
  const pointed = pointedAt(node, part, isOut)
  if (pointed !== undefined) return [pointed]
  const fitting = isOut ? model.fittingInputs(node, start.socket) : model.fittingOutputs(node, start.socket)
  if (fitting.length > 0) return fitting
  return isOut ? node.scene.inputs.flatMap(({ hasSocket }, index) => (hasSocket ? [index] : [])).slice(0, 1) : node.scene.outputs.map((_, index) => index).slice(0, 1)
}

function pointedAt({ scene }: GraphNode, part: NodePart, isOut: boolean): number | undefined {
  if (!isOut) return part.part === 'output' ? part.index : undefined
  if (part.part !== 'input' && part.part !== 'field') return undefined
  return scene.inputs[part.index]?.hasSocket ? part.index : undefined
}

function refusalOf({ settings }: Stage, held: HeldLink, node: GraphNode, index: number): string | undefined {
  const { loose } = held
  if ('from' in loose) return settings.refusal(loose.from, loose.output, node.key, inputName(node, index))
  return settings.refusal(node.key, node.scene.outputs[index]!.key, loose.to, loose.input)
}

function linkEdits({ model }: Stage, { loose, target, moved }: HeldLink): Edit[] {
  const node = model.node(target!.node)!
  if ('to' in loose) return [{ type: 'connect', from: node.key, output: node.scene.outputs[target!.index]!.key, to: loose.to, input: loose.input }]
  const input = inputName(node, target!.index)
  if (moved?.to === node && moved.input === target!.index) return []
  return [
    ...(moved ? [{ type: 'disconnect', to: moved.to.key, input: inputName(moved.to, moved.input) } as const] : []),
    { type: 'connect', from: loose.from, output: loose.output, to: node.key, input },
  ]
}

/** Pulls a point out of a link: a reroute, where it is let go. */
export function pullReroute({ stage }: Grip, link: DrawnLink, start: At): Gesture {
  const letGo = () => {
    stage.pulled = undefined
    stage.redraw()
  }
  stage.pulled = { link, point: start.graph }
  return {
    move: ({ graph }) => {
      stage.pulled = { link, point: graph }
      stage.redraw()
    },
    end: (at) => {
      letGo()
      return [rerouteEdit(stage, link, at)]
    },
    cancel: letGo,
  }
}

/** A reroute whose dot is at the pointer. */
export function rerouteEdit({ settings }: Stage, { to, input }: DrawnLink, { graph: [x, y], shift }: At): Edit {
  const corner: Point = [Math.round(x - REROUTE_RADIUS), Math.round(y - REROUTE_RADIUS)]
  return { type: 'reroute', to: to.key, input: inputName(to, input), position: settings.snap || shift ? snapped(corner, settings.grid) : corner }
}

const inputName = ({ scene }: GraphNode, index: number): string => scene.inputs[index]!.name
