/** What a canvas, a form or a list shows of a graph, made from the workflow and what definitions and checks say of it. */
import { hexColor } from '../../core/comfy/looks.ts'
import { REROUTE } from '../../core/comfy/virtual.ts'
import type { Definitions, NodeDefinition } from '../../core/types/definition.ts'
import { ANY } from '../../core/types/socket.ts'
import type { Problem } from '../../core/workflow/problem.ts'
import { isLink, literalOf, SUBGRAPH_INPUTS, subgraphIdOf, type InputValue, type Link, type Workflow, type WorkflowNode } from '../../core/workflow/workflow.ts'
import { t } from '../i18n/index.ts'
import { widgetOf } from '../widgets/widget-of.ts'
import type { Widget } from '../widgets/widget.ts'
import { estimateSize } from './estimate-size.ts'
import { existingPath } from './graph-at.ts'
import { graphView, type GraphView, type InputSlot } from './graph-view.ts'
import { layered, type Wire } from './layers.ts'
import { bordersOf, lookOf } from './look.ts'
import { ProblemBook } from './problem-book.ts'
import { SUBGRAPH_OUTPUTS, type GraphPath, type Point, type Scene, type SceneGroup, type SceneInput, type SceneNode, type SceneNodeKind } from './scene.ts'
import { asBefore } from './same-scene.ts'

/**
 * The graph at a path as it is drawn; of a path whose end is gone, as much as there is. What is the same as in the last
 * scene of the same nodes is the same object, so that views may pass over it.
 * @param problems what is wrong with the workflow, inside subgraphs too
 */
export function sceneOf(workflow: Workflow, path: GraphPath, definitions: Definitions, problems: readonly Problem[] = []): Scene {
  const existing = existingPath(workflow, path)
  const view = graphView(workflow, existing, definitions)
  const book = new ProblemBook(problems, existing)
  const drafts = [...view.nodes.values()].map((node) => sceneNode(node, view, book))
  const placed = withPlaces(drafts, view)
  const nodes = [...placed.map((draft) => asBefore(view.nodes.get(draft.id)!, draft)), ...borderNodes(view, placed)]
  return { path: existing, nodes, groups: groupsOf(view) }
}

/** The type of notes; they are drawn as paper. */
const NOTES: ReadonlySet<string> = new Set(['Note', 'MarkdownNote'])

function kindOf(type: string, definition: NodeDefinition | undefined): SceneNodeKind {
  if (NOTES.has(type)) return 'note'
  if (type === REROUTE) return 'reroute'
  if (definition === undefined) return 'unknown'
  return subgraphIdOf(type) === undefined ? 'node' : 'subgraph'
}

/** A node that may still lack a place. */
type Draft = Omit<SceneNode, 'position'> & { readonly position?: Point }

function sceneNode(node: WorkflowNode, view: GraphView, book: ProblemBook): Draft {
  const { id, type, title, position, size, mode } = node
  const definition = view.definitions.get(type)
  const { color, ...look } = lookOf(node)
  return {
    id, type, kind: kindOf(type, definition), title: title ?? definition?.title ?? type,
    ...(position && { position }),
    ...(size && { size }),
    ...(mode && { mode }),
    ...look,
    ...(color !== null && { color }),
    isOutput: definition?.output ?? false,
    ...(definition && { definition }),
    inputs: view.inputsOf(id).map((slot) => sceneInput(slot, node, view, book)),
    outputs: view.outputsOf(id),
    problems: book.ofNode(id, subgraphIdOf(type) !== undefined),
  }
}

function sceneInput(slot: InputSlot, node: WorkflowNode, view: GraphView, book: ProblemBook): SceneInput {
  const { name, label, socket, required, definition } = slot
  const { inputs = {} } = node
  const given = Object.hasOwn(inputs, name) ? inputs[name] : undefined
  const link = given !== undefined && isLink(given) ? normalLink(given, view) : undefined
  const literal = given === undefined || isLink(given) ? undefined : literalOf(given)
  const value = literal === undefined ? definition?.default : literal
  const widget = widgetFor(slot, given, view.isHolder(node.id), view.heldFor(node.id))
  const problem = book.ofInput(node.id, name, definition?.variadic && definition.name)
  return {
    name, label, socket: widget && socket === ANY ? view.heldFor(node.id)?.socket ?? socket : socket, required,
    ...(definition?.tooltip !== undefined && { tooltip: definition.tooltip }),
    ...(link && { link }),
    ...(widget && { widget }),
    ...(value !== undefined && { value }),
    isDefault: given === undefined,
    hasSocket: !definition?.socketless || link !== undefined,
    ...(definition && { definition }),
    ...(problem && { problem }),
  }
}

/**
 * The widget of an input. One that takes anything has one only where something is written in it already, or where it
 * holds a value for others: then it is that of what reads it. So has one that is to be linked.
 */
function widgetFor({ socket, definition }: InputSlot, given: InputValue | undefined, holds: boolean, held: InputSlot | undefined): Widget | undefined {
  const isWritten = given !== undefined && !isLink(given)
  if (definition === undefined) return isWritten ? { kind: 'json' } : undefined
  if (held?.definition) return widgetOf(held.definition) ?? widgetOf(definition)
  const isBare = definition.forceInput || definition.variadic || (socket === ANY && definition.default === undefined && !holds)
  return isBare && !isWritten ? undefined : widgetOf(definition)
}

/** The link with its output as the scene calls it. */
function normalLink(link: Link, view: GraphView): Link {
  const key = view.outputOf(link)?.key
  return key === undefined || key === link.output ? link : { from: link.from, output: key }
}

function withPlaces(drafts: readonly Draft[], view: GraphView): SceneNode[] {
  const lacking = drafts.filter(({ position }) => !position)
  if (lacking.length === 0) return drafts as SceneNode[] // each has a place
  const wires = drafts.flatMap(({ id }) => view.readersOf(id).map(({ to }): Wire => ({ from: id, to })))
  const below = drafts.reduce((most, draft) => Math.max(most, draft.position ? draft.position[1] + estimateSize(draft)[1] + 60 : 0), 0)
  const places = layered(lacking.map((draft) => ({ id: draft.id, size: estimateSize(draft) })), wires, [0, below])
  return drafts.map((draft) => ({ ...draft, position: draft.position ?? places.get(draft.id)! }))
}

function borderNodes(view: GraphView, nodes: readonly SceneNode[]): SceneNode[] {
  const { subgraph } = view.part
  if (!subgraph) return []
  const kept = bordersOf(subgraph)
  const left = nodes.reduce((least, { position }) => Math.min(least, position[0]), Infinity)
  const right = nodes.reduce((most, node) => Math.max(most, node.position[0] + estimateSize(node)[0]), -Infinity)
  const top = nodes.reduce((least, { position }) => Math.min(least, position[1]), Infinity)
  const [x0, x1, y] = nodes.length === 0 ? [0, 400, 0] : [left - 260, right + 100, top]
  const common = { collapsed: false, pinned: false, isOutput: false, problems: [] }
  const sources = new Map(subgraph.outputs.map(({ name, from, output }) => [name, normalLink({ from, output }, view)]))
  return [
    {
      ...common, id: SUBGRAPH_INPUTS, type: SUBGRAPH_INPUTS, kind: 'inputs', title: t('canvas.subgraphInputs'),
      position: kept.inputs ?? [x0, y], inputs: [], outputs: view.outputsOf(SUBGRAPH_INPUTS).map((one) => ({ ...one, label: one.label || t('canvas.newSocket') })),
    },
    {
      ...common, id: SUBGRAPH_OUTPUTS, type: SUBGRAPH_OUTPUTS, kind: 'outputs', title: t('canvas.subgraphOutputs'),
      position: kept.outputs ?? [x1, y], outputs: [],
      inputs: view.inputsOf(SUBGRAPH_OUTPUTS).map(({ name, label, socket, required }) => {
        const link = sources.get(name)
        return { name, label: label || t('canvas.newSocket'), socket, required, ...(link && { link }), isDefault: true, hasSocket: true }
      }),
    },
  ]
}

function groupsOf({ part }: GraphView): SceneGroup[] {
  return (part.groups ?? []).map(({ title, bounds, color }, index) => {
    const hex = hexColor(color)
    return { index, title, bounds, ...(hex !== undefined && { color: hex }) }
  })
}
