/** Takes inputs and outputs of subgraphs away and gives them other names: inside, outside, and where the file names them. */
import { sameJson } from '../../core/workflow/json-equal.ts'
import { subgraphsOf } from '../../core/workflow/subgraphs.ts'
import { isLink, SUBGRAPH_INPUTS, subgraphType, type InputValue, type Link, type Subgraph, type Workflow, type WorkflowNode } from '../../core/workflow/workflow.ts'
import { WorkflowError } from '../../core/workflow/workflow-error.ts'
import { withInput } from './edit-nodes.ts'
import { withFields, withSubgraph } from './graph-at.ts'
import { mapLinks, mapSame } from './map-links.ts'
import { changeParameters } from './parameters.ts'

/** A subgraph without one of its outputs; what read it is left without. The workflow itself where there is no such output. */
export function withoutOutput(workflow: Workflow, id: string, output: string): Workflow {
  const subgraph = subgraphsOf(workflow).get(id)
  const place = subgraph?.outputs.findIndex(({ name }) => name === output) ?? -1
  if (!subgraph || place === -1) return workflow
  const less = withSubgraph(workflow, { ...subgraph, outputs: subgraph.outputs.toSpliced(place, 1) })
  return mapReaders(less, id, (link) => {
    if (link.output === output || link.output === place) return undefined
    return typeof link.output === 'number' && link.output > place ? { ...link, output: link.output - 1 } : link
  })
}

/**
 * A subgraph without one of its inputs; its nodes leave it out. What is inside gets the value that they all gave; it is
 * left without where they gave different ones, or links.
 */
export function withoutInput(workflow: Workflow, id: string, input: string): Workflow {
  const subgraph = subgraphsOf(workflow).get(id)
  if (!subgraph?.inputs.some(({ name }) => name === input)) return workflow
  const type = subgraphType(id)
  const value = sharedLiteral(workflow, type, input)
  const inner = changeInside({ ...subgraph, inputs: subgraph.inputs.filter(({ name }) => name !== input) }, (link) =>
    (link.output === input ? value : link))
  const lost = subgraph.outputs.filter(({ from, output }) => from === SUBGRAPH_INPUTS && output === input)
  const less = mapAllNodes(withSubgraph(workflow, inner), (node) =>
    (node.type === type ? withInput(node, input, undefined) : node))
  const bare = lost.reduce((now, { name }) => withoutOutput(now, id, name), less)
  return changeParameters(bare, workflow, (parameter, node) => (node?.type === type && parameter.input === input ? undefined : parameter))
}

/** What all nodes of a type have written at an input, if it is the same. */
function sharedLiteral(workflow: Workflow, type: string, input: string): InputValue | undefined {
  const stands = [workflow, ...workflow.subgraphs ?? []].flatMap(({ nodes }) => nodes.filter((node) => node.type === type))
  const [first, ...others] = stands.map(({ inputs }) => (inputs && Object.hasOwn(inputs, input) ? inputs[input] : undefined))
  return first !== undefined && !isLink(first) && others.every((other) => sameJson(other, first)) ? first : undefined
}

/** A subgraph with another name for one of its inputs. @throws WorkflowError where that name is taken or empty */
export function renameInput(workflow: Workflow, id: string, before: string, after: string): Workflow {
  const subgraph = subgraphsOf(workflow).get(id)
  if (!subgraph?.inputs.some(({ name }) => name === before) || before === after) return workflow
  refuseName(after, subgraph.inputs, subgraph)
  const type = subgraphType(id)
  const inner = changeInside(
    { ...subgraph, inputs: subgraph.inputs.map((one) => (one.name === before ? { ...one, name: after } : one)) },
    (link) => (link.output === before ? { ...link, output: after } : link),
  )
  const outputs = inner.outputs.map((one) => (one.from === SUBGRAPH_INPUTS && one.output === before ? { ...one, output: after } : one))
  const renamed = mapAllNodes(withSubgraph(workflow, { ...inner, outputs }), (node) => (node.type === type ? withInputRenamed(node, before, after) : node))
  return changeParameters(renamed, workflow, (parameter, node) =>
    (node?.type === type && parameter.input === before ? { ...parameter, input: after } : parameter))
}

/** A subgraph with another name for one of its outputs. @throws WorkflowError where that name is taken or empty */
export function renameOutput(workflow: Workflow, id: string, before: string, after: string): Workflow {
  const subgraph = subgraphsOf(workflow).get(id)
  if (!subgraph?.outputs.some(({ name }) => name === before) || before === after) return workflow
  refuseName(after, subgraph.outputs, subgraph)
  const outputs = subgraph.outputs.map((one) => (one.name === before ? { ...one, name: after } : one))
  return mapReaders(withSubgraph(workflow, { ...subgraph, outputs }), id, (link) => (link.output === before ? { ...link, output: after } : link))
}

function refuseName(name: string, others: readonly { readonly name: string }[], { id, name: title }: Subgraph): void {
  const node = { id, type: subgraphType(id), title }
  if (name.trim() === '') throw new WorkflowError({ code: 'duplicate_parameter', node, problem: 'a socket needs a name', remedy: 'Write one.' })
  if (others.some((other) => other.name === name)) {
    throw new WorkflowError({ code: 'duplicate_parameter', node, problem: `the name "${name}" is taken`, remedy: 'Choose another.' })
  }
}

/** Inside, the links to the subgraph's inputs as a function makes them. */
function changeInside(subgraph: Subgraph, change: (link: Link) => InputValue | undefined): Subgraph {
  const nodes = mapSame(subgraph.nodes, (node) => mapLinks(node, (link) => (link.from === SUBGRAPH_INPUTS ? change(link) : link)))
  return { ...subgraph, nodes }
}

/** All links to nodes that stand for a subgraph as a function makes them, wherever they are. */
function mapReaders(workflow: Workflow, id: string, change: (link: Link) => Link | undefined): Workflow {
  const top = new Readers(workflow.nodes, id, change)
  const outputs = workflow.outputs && mapKept(workflow.outputs, (one) => top.source(one, { from: one.node, output: one.output }))
  const changed = withFields(workflow, { nodes: top.nodes(), ...(outputs && { outputs: outputs.length === 0 ? undefined : outputs }) })
  return (workflow.subgraphs ?? []).reduce((now, { id: around }) => {
    const subgraph = subgraphsOf(now).get(around)!
    const readers = new Readers(subgraph.nodes, id, change)
    const lost = subgraph.outputs.filter((one) => readers.source(one, one) === undefined)
    const kept = mapSame(subgraph.outputs, (one) => readers.source(one, one) ?? one)
    const less = withFields(subgraph, { nodes: readers.nodes(), outputs: kept })
    const next = less === subgraph ? now : withSubgraph(now, less)
    return lost.reduce((rest, { name }) => withoutOutput(rest, around, name), next)
  }, changed)
}

/** The links of one list of nodes to those that stand for a subgraph. */
class Readers {
  readonly #nodes: readonly WorkflowNode[]
  readonly #stands: ReadonlySet<string>
  readonly #change: (link: Link) => Link | undefined

  constructor(nodes: readonly WorkflowNode[], id: string, change: (link: Link) => Link | undefined) {
    const type = subgraphType(id)
    this.#nodes = nodes
    this.#stands = new Set(nodes.filter((node) => node.type === type).map((node) => node.id))
    this.#change = change
  }

  nodes(): readonly WorkflowNode[] {
    if (this.#stands.size === 0) return this.#nodes
    return mapSame(this.#nodes, (node) => mapLinks(node, (link) => this.#changed(link)))
  }

  /** What is exposed of a node, with another output where that changes; `undefined` where it is gone. */
  source<O extends { readonly output: string | number }>(one: O, { from, output }: Link): O | undefined {
    const link = this.#changed({ from, output })
    return link && (link.output === one.output ? one : { ...one, output: link.output })
  }

  #changed(link: Link): Link | undefined {
    return this.#stands.has(link.from) ? this.#change(link) : link
  }
}

/** A list without the items that a function leaves out; the list itself where all stay as they are. */
function mapKept<T>(list: readonly T[], change: (item: T) => T | undefined): readonly T[] {
  const next = list.flatMap((item) => change(item) ?? [])
  return next.length === list.length && next.every((item, index) => item === list[index]) ? list : next
}

/** Each node of the workflow and its subgraphs as a function makes it; lists in which none changes stay. */
export function mapAllNodes(workflow: Workflow, change: (node: WorkflowNode) => WorkflowNode): Workflow {
  const subgraphs = workflow.subgraphs && mapSame(workflow.subgraphs, (one) => withFields(one, { nodes: mapSame(one.nodes, change) }))
  return withFields(workflow, { nodes: mapSame(workflow.nodes, change), ...(subgraphs && { subgraphs }) })
}

function withInputRenamed(node: WorkflowNode, before: string, after: string): WorkflowNode {
  if (!node.inputs || !Object.hasOwn(node.inputs, before)) return node
  const others = Object.entries(node.inputs).filter(([name]) => name !== after)
  return { ...node, inputs: Object.fromEntries(others.map(([name, value]) => [name === before ? after : name, value])) }
}
