/** What a press on something is the beginning of: its click, its double click, its drag. */
import type { CanvasTarget } from '../graph/canvas.ts'
import type { Edit } from '../graph/edit.ts'
import type { Rectangle } from '../graph/scene.ts'
import { drawLink, moveLinks, pullReroute, rerouteEdit } from './gestures-link.ts'
import { copySelected, moveSelected, pan, resizeGroup, resizeNode } from './gestures-move.ts'
import { bandSelect } from './gestures-select.ts'
import { canDrag, clickedValue, dragValue } from './gestures-value.ts'
import type { At, Gesture, Grip } from './gesture.ts'
import type { GraphNode } from './graph-node.ts'
import { targetOf, type Hit } from './hit.ts'
import type { NodePart } from './node-hit.ts'
import { placeOf } from './place.ts'

export interface Action {
  click?(at: At): void
  doubleClick?(at: At): void
  drag(at: At): Gesture
}

/** What actions do besides gestures. */
export interface Deeds extends Grip {
  edit(edits: readonly Edit[]): void
  toClient(area: Rectangle): Rectangle
  /** Selects what was clicked: alone, or more or less of what is selected when a key is held. */
  pick(hit: Hit, at: Pick<At, 'shift' | 'ctrl'>): void
}

type NodeHit = Hit & { readonly kind: 'node' }

/** The action of a press. */
export function actionFor(deeds: Deeds, hit: Hit, start: At): Action {
  switch (hit.kind) {
    case 'node': return nodeAction(deeds, hit, start)
    case 'group': return groupAction(deeds, hit, start)
    case 'link': return linkAction(deeds, hit, start)
    default: return canvasAction(deeds, start)
  }
}

function canvasAction(deeds: Deeds, start: At): Action {
  const { stage: { listener } } = deeds
  return {
    click: (at) => deeds.pick({ kind: 'canvas' }, at),
    doubleClick: ({ graph, client }) => listener.search({ graph, client }),
    drag: () => (start.shift || start.ctrl ? bandSelect(deeds, start) : pan(deeds, start)),
  }
}

function linkAction(deeds: Deeds, { link }: Hit & { readonly kind: 'link' }, start: At): Action {
  const action = canvasAction(deeds, start)
  return {
    ...action,
    doubleClick: (at) => deeds.edit([rerouteEdit(deeds.stage, link, at)]),
    drag: (at) => (start.alt ? pullReroute(deeds, link, start) : action.drag(at)),
  }
}

function groupAction(deeds: Deeds, hit: Hit & { readonly kind: 'group' }, start: At): Action {
  return {
    click: (at) => deeds.pick(hit, at),
    doubleClick: () => rename(deeds, targetOf(hit)),
    drag: () => {
      if (hit.part === 'corner') return resizeGroup(deeds, hit.group, start)
      if (!deeds.stage.selection.groups.has(hit.group.scene.index)) deeds.pick(hit, start)
      return moveSelected(deeds, start)
    },
  }
}

function nodeAction(deeds: Deeds, hit: NodeHit, start: At): Action {
  const { node, part } = hit
  const whole = wholeNodeAction(deeds, hit, start)
  if (start.shift && part.part === 'output') return { ...whole, drag: () => takeOutput(deeds, node, part.index, start) ?? whole.drag(start) }
  if (start.shift || start.ctrl || start.alt) return whole
  switch (part.part) {
    case 'output': return { ...whole, drag: () => drawLink(deeds, { from: node.key, output: node.scene.outputs[part.index]!.key }, start) }
    case 'input': return { ...whole, drag: () => takeInput(deeds, node, part.index, start) }
    case 'field': return fieldAction(deeds, node, part, whole)
    case 'corner': return node.scene.pinned || isBorder(node) ? whole : { ...whole, drag: () => resizeNode(deeds, node, start) }
    case 'fold': return isBorder(node) ? whole : { ...whole, click: () => fold(deeds, node) }
    case 'media': return { ...whole, click: (at) => { deeds.pick(hit, at); deeds.stage.listener.openMedia(node.key) } }
    default: return whole
  }
}

function wholeNodeAction(deeds: Deeds, hit: NodeHit, start: At): Action {
  const { node, part } = hit
  return {
    click: (at) => deeds.pick(hit, at),
    doubleClick: () => {
      if (isBorder(node)) return
      if (node.scene.kind === 'subgraph') deeds.stage.listener.enter(node.key)
      else if (node.scene.kind === 'note' && part.part !== 'title') editField(deeds, node, node.scene.inputs[0]?.name)
      else rename(deeds, { kind: 'node', id: node.key })
    },
    drag: () => {
      if (start.ctrl) return bandSelect(deeds, start)
      if (!deeds.stage.selection.nodes.has(node.key)) deeds.pick(hit, start)
      return start.alt && !isBorder(node) ? copySelected(deeds, start) : moveSelected(deeds, start)
    },
  }
}

/** A link's end is taken off; without a link, one is drawn the other way. */
function takeInput(deeds: Deeds, { key, scene }: GraphNode, index: number, start: At): Gesture {
  const { name, link } = scene.inputs[index]!
  const drawn = link && deeds.stage.model.linkTo(key, name)
  if (drawn) return drawLink(deeds, { from: link.from, output: link.output }, start, drawn)
  return drawLink(deeds, { to: key, input: name }, start)
}

/** All links of an output are taken off it together, to be given to another. */
function takeOutput(deeds: Deeds, node: GraphNode, index: number, start: At): Gesture | undefined {
  const links = deeds.stage.model.links.filter((link) => link.from === node && link.output === index)
  return links.length > 0 ? moveLinks(deeds, links, start) : undefined
}

function fieldAction(deeds: Deeds, node: GraphNode, { index, zone }: NodePart & { readonly part: 'field' }, whole: Action): Action {
  const input = node.scene.inputs[index]!
  if (input.link || node.scene.kind === 'note') return whole
  const press = () => {
    const value = clickedValue(input, zone)
    if (value === undefined) editField(deeds, node, input.name)
    else deeds.edit([{ type: 'set', node: node.key, input: input.name, value }])
  }
  const place = node.layout.fields.find((one) => one.input === index)!
  return {
    click: press,
    drag: (at) => (canDrag(input) ? dragValue(deeds, node, index, place.area, at) : whole.drag(at)),
  }
}

/** What stands for the subgraph itself has neither a name nor a look of its own. */
const isBorder = ({ scene: { kind } }: GraphNode): boolean => kind === 'inputs' || kind === 'outputs'

function editField({ stage, toClient }: Deeds, { key }: GraphNode, input: string | undefined): void {
  const area = input === undefined ? undefined : placeOf(stage, { kind: 'widget', id: key, input })
  if (area && input !== undefined) stage.listener.editValue(key, input, toClient(area))
}

function rename({ stage, toClient }: Deeds, target: CanvasTarget): void {
  const area = target.kind === 'canvas' ? undefined : placeOf(stage, target)
  if (!area) return
  const [x, y, width, height] = area
  stage.listener.rename(target, toClient([x, y, width, target.kind === 'node' ? Math.min(height, 30) : height]))
}

function fold({ edit }: Deeds, { key, scene }: GraphNode): void {
  edit([{ type: 'look', nodes: [key], look: { collapsed: !scene.collapsed } }])
}
