/** Edits of nodes: each takes a workflow and gives the next, or the same where nothing changes. */
import type { Json } from '../../core/types/json.ts'
import { sameJson } from '../../core/workflow/json-equal.ts'
import { inputOf, isLink, literalOf, type InputValue, type NodeMode, type Workflow, type WorkflowNode } from '../../core/workflow/workflow.ts'
import { WorkflowError } from '../../core/workflow/workflow-error.ts'
import { SUBGRAPH_INPUTS } from '../../core/workflow/workflow.ts'
import type { Look } from './edit.ts'
import { graphAt, withFields, withGraph } from './graph-at.ts'
import { withBorder, withLook } from './look.ts'
import { SUBGRAPH_OUTPUTS, type GraphPath, type Point, type Size } from './scene.ts'

/** @throws WorkflowError where an id is taken */
export function add(workflow: Workflow, path: GraphPath, added: readonly WorkflowNode[]): Workflow {
  if (added.length === 0) return workflow
  const { nodes } = graphAt(workflow, path)
  const taken = new Set([...nodes.map(({ id }) => id), SUBGRAPH_INPUTS, SUBGRAPH_OUTPUTS])
  for (const { id, type } of added) {
    if (taken.has(id)) {
      const problem = `the id "${id}" is taken`
      throw new WorkflowError({ code: 'duplicate_node_id', node: { id, type }, problem, remedy: 'Give it another id.' })
    }
    taken.add(id)
  }
  return withGraph(workflow, path, { nodes: [...nodes, ...added] })
}

/** Nodes that are not there are passed over; the borders of a subgraph can be moved too. */
export function move(workflow: Workflow, path: GraphPath, moved: readonly { readonly id: string; readonly position: Point }[]): Workflow {
  const places = new Map(moved.map(({ id, position }) => [id, finite(position)]))
  const next = changeNodes(workflow, path, places, (node) => {
    const position = places.get(node.id)!
    return node.position && samePair(node.position, position) ? node : withFields(node, { position })
  })
  return [[SUBGRAPH_INPUTS, 'inputs'], [SUBGRAPH_OUTPUTS, 'outputs']].reduce((now, [id, side]) => {
    const place = places.get(id!)
    return place ? moveBorder(now, path, side as 'inputs' | 'outputs', place) : now // as written above
  }, next)
}

function moveBorder(workflow: Workflow, path: GraphPath, side: 'inputs' | 'outputs', place: Point): Workflow {
  const { subgraph } = graphAt(workflow, path)
  if (!subgraph) return workflow
  const extra = withBorder(subgraph, side, place)
  return sameJson(extra, subgraph.extra) ? workflow : withGraph(workflow, path, { subgraph: { extra } })
}

export function resize(workflow: Workflow, path: GraphPath, id: string, size: Size): Workflow {
  return changeNode(workflow, path, id, (node) => (node.size && samePair(node.size, size) ? node : withFields(node, { size: finite(size) })))
}

/** Without a value: back to the default. A link that was there goes. */
export function setValue(workflow: Workflow, path: GraphPath, id: string, input: string, value: Json | undefined): Workflow {
  return changeNode(workflow, path, id, (node) => withInput(node, input, value === undefined ? undefined : inputOf(value)))
}

export function rename(workflow: Workflow, path: GraphPath, id: string, title: string | undefined): Workflow {
  return changeNode(workflow, path, id, (node) => withFields(node, { title: title?.trim() ? title.trim() : undefined }))
}

export function setMode(workflow: Workflow, path: GraphPath, ids: readonly string[], mode: NodeMode | undefined): Workflow {
  return changeNodes(workflow, path, new Set(ids), (node) => withFields(node, { mode }))
}

export function changeLook(workflow: Workflow, path: GraphPath, ids: readonly string[], look: Partial<Look>): Workflow {
  return changeNodes(workflow, path, new Set(ids), (node) => withLook(node, look))
}

/** The node with this at an input; nothing where it is `undefined`. The order of the others stays. */
export function withInput(node: WorkflowNode, input: string, value: InputValue | undefined): WorkflowNode {
  const { inputs = {} } = node
  const before = Object.hasOwn(inputs, input) ? inputs[input] : undefined
  if (sameInput(before, value)) return node
  const entries = Object.entries(inputs)
  const changed = value === undefined
    ? entries.filter(([name]) => name !== input)
    : before === undefined ? [...entries, [input, value] as const] : entries.map(([name, old]) => [name, name === input ? value : old] as const)
  return withFields(node, { inputs: changed.length === 0 ? undefined : Object.fromEntries(changed) })
}

function sameInput(a: InputValue | undefined, b: InputValue | undefined): boolean {
  if (a === undefined || b === undefined) return a === b
  if (isLink(a) || isLink(b)) return isLink(a) && isLink(b) && a.from === b.from && a.output === b.output
  return sameJson(literalOf(a), literalOf(b))
}

/** @throws WorkflowError where the node is not there */
export function changeNode(workflow: Workflow, path: GraphPath, id: string, change: (node: WorkflowNode) => WorkflowNode): Workflow {
  const { nodes } = graphAt(workflow, path)
  const index = nodes.findIndex((node) => node.id === id)
  if (index === -1) throw unknownNode(id)
  const next = change(nodes[index]!)
  return next === nodes[index] ? workflow : withGraph(workflow, path, { nodes: nodes.with(index, next) })
}

/** Of nodes that are not there, nothing is changed. */
export function changeNodes(workflow: Workflow, path: GraphPath, ids: { has(id: string): boolean }, change: (node: WorkflowNode) => WorkflowNode): Workflow {
  const { nodes } = graphAt(workflow, path)
  const next = nodes.map((node) => (ids.has(node.id) ? change(node) : node))
  return next.every((node, index) => node === nodes[index]) ? workflow : withGraph(workflow, path, { nodes: next })
}

/** What is said of an edit of a node that is gone. */
export function unknownNode(id: string): WorkflowError {
  return new WorkflowError({ code: 'unknown_node', problem: `there is no node ${id} here`, remedy: 'It may have been removed meanwhile.' })
}

function samePair(a: readonly [number, number], b: readonly [number, number]): boolean {
  return a[0] === b[0] && a[1] === b[1]
}

/** A file can't hold infinity; no canvas goes there. */
function finite([x, y]: readonly [number, number]): readonly [number, number] {
  return [Number.isFinite(x) ? x : 0, Number.isFinite(y) ? y : 0]
}
