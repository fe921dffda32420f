/** Edits of links: between nodes, to the borders of a subgraph, and through reroutes. */
import { REROUTE, VIRTUAL_NODES } from '../../core/comfy/virtual.ts'
import type { Definitions } from '../../core/types/definition.ts'
import { isLink, SUBGRAPH_INPUTS, subgraphType, type InputValue, type Link, type Subgraph, type Workflow, type WorkflowNode } from '../../core/workflow/workflow.ts'
import type { Edit } from './edit.ts'
import { changeNode, unknownNode, withInput } from './edit-nodes.ts'
import { graphAt, withGraph } from './graph-at.ts'
import { graphView } from './graph-view.ts'
import { freeName, freeNodeId } from './ids.ts'
import { SUBGRAPH_OUTPUTS, type GraphPath } from './scene.ts'
import { mapAllNodes, withoutOutput } from './subgraph-sockets.ts'

type EditOf<T extends Edit['type']> = Extract<Edit, { readonly type: T }>

/** Draws a link. From the border without a name, or to it: it makes a new input or output of the subgraph. */
export function connect(workflow: Workflow, path: GraphPath, edit: EditOf<'connect'>, definitions: Definitions): Workflow {
  const { from, to, input } = edit
  const { nodes, subgraph } = graphAt(workflow, path)
  const isHere = (id: string, border: string) => (subgraph !== undefined && id === border) || nodes.some((node) => node.id === id)
  if (!isHere(from, SUBGRAPH_INPUTS)) throw unknownNode(from)
  if (!isHere(to, SUBGRAPH_OUTPUTS)) throw unknownNode(to)
  if (from === SUBGRAPH_INPUTS && edit.output === '') return promoteInput(workflow, path, to, input, definitions)
  const link = named({ from, output: edit.output }, workflow, path, definitions)
  if (to !== SUBGRAPH_OUTPUTS) return changeNode(workflow, path, to, (node) => withInput(node, input, link))
  return setOutput(workflow, path, input, link)
}

/** The link with its output's name in the place of its number, where the type is known. */
function named(link: Link, workflow: Workflow, path: GraphPath, definitions: Definitions): Link {
  if (typeof link.output === 'string') return link
  return { from: link.from, output: graphView(workflow, path, definitions).outputOf(link)?.key ?? link.output }
}

/**
 * Makes an input of the subgraph for an input inside. What was written inside is what its nodes outside are given, so
 * that nothing changes for them.
 */
export function promoteInput(workflow: Workflow, path: GraphPath, to: string, input: string, definitions: Definitions): Workflow {
  const { subgraph, nodes } = graphAt(workflow, path)
  if (!subgraph) return workflow
  const isBorder = to === SUBGRAPH_OUTPUTS
  const node = nodes.find(({ id }) => id === to)
  if (!isBorder && !node) throw unknownNode(to)
  const wish = isBorder ? input || 'value' : promotedName(node!, input)
  const name = freeName(wish, new Set(subgraph.inputs.map((one) => one.name)))
  const before = node?.inputs && Object.hasOwn(node.inputs, input) ? node.inputs[input] : undefined
  const more = withGraph(workflow, path, { subgraph: { inputs: [...subgraph.inputs, { name }] } })
  const given = before === undefined || isLink(before) ? more : givenOutside(more, subgraph, name, before)
  return connect(given, path, { type: 'connect', from: SUBGRAPH_INPUTS, output: name, to, input }, definitions)
}

/** A reroute's input is called as that of any other; its title tells more. */
function promotedName(node: WorkflowNode, input: string): string {
  return node.type === REROUTE && node.title ? node.title : input
}

/** Each node that stands for the subgraph gets this value, where it says nothing of the input yet. */
function givenOutside(workflow: Workflow, { id }: Subgraph, input: string, value: InputValue): Workflow {
  const type = subgraphType(id)
  const give = (node: WorkflowNode) =>
    (node.type !== type || (node.inputs && Object.hasOwn(node.inputs, input)) ? node : withInput(node, input, value))
  return mapAllNodes(workflow, give)
}

/** Gives an output of the subgraph another source; a new output where it has none of that name. */
function setOutput(workflow: Workflow, path: GraphPath, output: string, link: Link): Workflow {
  const { subgraph } = graphAt(workflow, path)
  if (!subgraph) return workflow
  const index = subgraph.outputs.findIndex(({ name }) => name === output)
  const before = subgraph.outputs[index]
  if (before && output !== '') {
    if (before.from === link.from && before.output === link.output) return workflow
    return withGraph(workflow, path, { subgraph: { outputs: subgraph.outputs.with(index, { ...before, ...link }) } })
  }
  const wish = output || (typeof link.output === 'string' ? link.output : `output${link.output}`)
  const name = freeName(wish, new Set(subgraph.outputs.map((one) => one.name)))
  return withGraph(workflow, path, { subgraph: { outputs: [...subgraph.outputs, { name, ...link }] } })
}

/** Takes a link away; a literal stays. An output of the subgraph goes with its link. */
export function disconnect(workflow: Workflow, path: GraphPath, to: string, input: string): Workflow {
  const { subgraph } = graphAt(workflow, path)
  if (subgraph && to === SUBGRAPH_OUTPUTS) return withoutOutput(workflow, subgraph.id, input)
  return changeNode(workflow, path, to, (node) => {
    const value = node.inputs && Object.hasOwn(node.inputs, input) ? node.inputs[input] : undefined
    return value !== undefined && isLink(value) ? withInput(node, input, undefined) : node
  })
}

/** Puts a node of the type Reroute into a link; where there is no link, nothing changes. */
export function reroute(workflow: Workflow, path: GraphPath, { to, input, position, id }: EditOf<'reroute'>): Workflow {
  const { nodes, subgraph } = graphAt(workflow, path)
  const link = linkAt(nodes, subgraph, to, input)
  if (!link) return workflow
  const taken = new Set(nodes.map((node) => node.id))
  const own = id !== undefined && id !== '' ? freeName(id, taken) : freeNodeId(REROUTE, taken)
  const { input: inputName, output } = VIRTUAL_NODES.get(REROUTE)!
  const point: WorkflowNode = { id: own, type: REROUTE, inputs: { [inputName]: link }, position }
  const more = withGraph(workflow, path, { nodes: [...nodes, point] })
  const through = { from: own, output: output! }
  if (to === SUBGRAPH_OUTPUTS) return setOutput(more, path, input, through)
  return changeNode(more, path, to, (node) => withInput(node, input, through))
}

/** The link into an input, or into an output of the subgraph. */
export function linkAt(nodes: readonly WorkflowNode[], subgraph: Subgraph | undefined, to: string, input: string): Link | undefined {
  if (to === SUBGRAPH_OUTPUTS) {
    const source = subgraph?.outputs.find(({ name }) => name === input)
    return source && { from: source.from, output: source.output }
  }
  const inputs = nodes.find((node) => node.id === to)?.inputs
  const value = inputs && Object.hasOwn(inputs, input) ? inputs[input] : undefined
  return value !== undefined && isLink(value) ? value : undefined
}
