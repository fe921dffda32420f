import { refOf } from './graph.ts'
import { refusal, scopeOf, topLeft, withScope, type PackScope } from './pack-scope.ts'
import { freeId, mapInputs, renamedPath } from './rename.ts'
import { subgraphsOf } from './subgraphs.ts'
import { isLink, SUBGRAPH_INPUTS, subgraphType, type InputValue, type Link } from './workflow.ts'
import type { ExposedOutput, Parameter, Subgraph, SubgraphOutput, Workflow, WorkflowNode } from './workflow.ts'
import { WorkflowError } from './workflow-error.ts'

/** Which nodes go into a subgraph, and how it is called. */
export interface Packing {
  /** Ids of the nodes. */
  readonly nodes: Iterable<string>
  /** The subgraph that they lie in, where it is not the workflow itself. */
  readonly within?: string
  /** What the editor calls it: "Subgraph" when left out. */
  readonly name?: string
  /** The id of the new subgraph, and of the node that stands for it; others are taken where these are. */
  readonly id?: string
  readonly node?: string
}

/** A packed workflow, with the node that stands for the subgraph. */
export interface Packed {
  readonly workflow: Workflow
  readonly node: string
  readonly subgraph: string
}

/**
 * Puts some nodes into a subgraph of their own and one node in their place. What they read from others, and what
 * parameters set in them, become its inputs; what others read from them, and what is exposed of them, its outputs.
 * Nodes keep their ids inside. `unpackSubgraph` is the inverse, up to the place of the nodes in the list.
 * @throws WorkflowError when a node is not there, or a parameter replaces a link between two of them
 */
export function packSubgraph(workflow: Workflow, { nodes, within, name = 'Subgraph', ...wishes }: Packing): Packed {
  const scope = scopeOf(workflow, within)
  const chosen = new Set(nodes)
  refuseUnknown(chosen, scope)
  const inside = scope.nodes.filter(({ id }) => chosen.has(id))
  const id = freeId(wishes.id ?? 'subgraph', subgraphsOf(workflow))
  const others = new Set(scope.nodes.map((node) => node.id).filter((one) => !chosen.has(one)).concat(SUBGRAPH_INPUTS))
  const stand = freeId(wishes.node ?? id, others)

  const border = new Border(chosen, stand)
  const packed = inside.map((node) =>
    mapInputs(border.exposed(node, scope.parameters), (value, input) => border.inward(node, input, value)))
  const outer = scope.nodes.map((node) =>
    chosen.has(node.id) ? node : mapInputs(node, (value) => border.outward(value)))
  const place = topLeft(inside)
  const node: WorkflowNode = {
    id: stand,
    type: subgraphType(id),
    inputs: border.inputsOfNode(),
    ...(place && { position: place }),
  }
  const first = scope.nodes.findIndex((one) => chosen.has(one.id))
  const changed: PackScope = {
    nodes: outer.flatMap((one, index) => (index === first ? [node] : chosen.has(one.id) ? [] : [one])),
    parameters: scope.parameters?.map((one) => border.parameter(one)),
    outputs: scope.outputs?.map((one) => border.output(one)),
  }
  // After the outside was gone through: that is what finds the outputs.
  const subgraph: Subgraph = { id, name, inputs: border.inputs(), outputs: border.outputs(), nodes: packed }
  const all = withScope(workflow, within, changed)
  return { workflow: { ...all, subgraphs: [...(all.subgraphs ?? []), subgraph] }, node: stand, subgraph: id }
}

function refuseUnknown(chosen: ReadonlySet<string>, { nodes }: PackScope): void {
  const known = new Set(nodes.map(({ id }) => id))
  const missing = [...chosen].find((id) => !known.has(id))
  if (missing !== undefined) throw refusal(`there is no node ${missing} to pack`, 'Choose nodes that lie in one graph.')
  if (chosen.has(SUBGRAPH_INPUTS)) {
    throw refusal(`inside a subgraph "${SUBGRAPH_INPUTS}" stands for its inputs`, 'Give the node another id.')
  }
  if (chosen.size === 0) throw refusal('there is nothing to pack', 'Choose at least one node.')
}

/** The border that packing draws: what crosses it, by name. */
class Border {
  readonly #chosen: ReadonlySet<string>
  readonly #stand: string
  readonly #inputs = new Names<InputValue | undefined>()
  readonly #outputs = new Names<Link>()
  /** Inputs that parameters set, by node and input. */
  readonly #exposed = new Map<string, string>()

  constructor(chosen: ReadonlySet<string>, stand: string) {
    this.#chosen = chosen
    this.#stand = stand
  }

  /** The node with a place for each input that a parameter sets though the node says nothing of it. */
  exposed(node: WorkflowNode, parameters: readonly Parameter[] = []): WorkflowNode {
    const inputs = new Map(Object.entries(node.inputs ?? {}))
    for (const parameter of parameters) {
      const key = JSON.stringify([node.id, parameter.input])
      if (parameter.node !== node.id || this.#exposed.has(key)) continue
      const value = inputs.get(parameter.input)
      if (value !== undefined && isLink(value) && this.#chosen.has(value.from)) throw refuseParameter(parameter, node)
      this.#exposed.set(key, this.#inputs.add(key, parameter.input, value))
      if (value === undefined) inputs.set(parameter.input, null)
    }
    return inputs.size === Object.keys(node.inputs ?? {}).length ? node : { ...node, inputs: Object.fromEntries(inputs) }
  }

  /** An input of a node inside. */
  inward(node: WorkflowNode, input: string, value: InputValue): InputValue {
    const exposed = this.#exposed.get(JSON.stringify([node.id, input]))
    if (exposed !== undefined) return { from: SUBGRAPH_INPUTS, output: exposed }
    if (!isLink(value) || this.#chosen.has(value.from)) return value
    const key = JSON.stringify([value.from, value.output, 'link'])
    return { from: SUBGRAPH_INPUTS, output: this.#inputs.add(key, input, value) }
  }

  /** An input of a node outside. */
  outward(value: InputValue): InputValue {
    return isLink(value) && this.#chosen.has(value.from) ? { from: this.#stand, output: this.#outputName(value) } : value
  }

  #outputName({ from, output }: Link): string {
    const wish = typeof output === 'string' ? output : `output${output}`
    return this.#outputs.add(JSON.stringify([from, output]), wish, { from, output })
  }

  parameter(parameter: Parameter): Parameter {
    const name = this.#exposed.get(JSON.stringify([parameter.node, parameter.input]))
    if (name !== undefined) return { ...parameter, node: this.#stand, input: name }
    const within = new Map([...this.#chosen].map((id) => [id, `${this.#stand}/${id}`]))
    return { ...parameter, node: renamedPath(parameter.node, within) ?? parameter.node }
  }

  output<O extends ExposedOutput | SubgraphOutput>(one: O): O {
    const from = 'node' in one ? one.node : one.from
    if (!this.#chosen.has(from)) return one
    const output = this.#outputName({ from, output: one.output })
    return 'node' in one ? { ...one, node: this.#stand, output } : { ...one, from: this.#stand, output }
  }

  inputs(): Subgraph['inputs'] {
    return this.#inputs.entries().map(([name]) => ({ name }))
  }

  outputs(): Subgraph['outputs'] {
    return this.#outputs.entries().map(([name, link]) => ({ name, ...link }))
  }

  inputsOfNode(): Record<string, InputValue> {
    const given = this.#inputs.entries().flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]))
    return Object.fromEntries(given)
  }
}

/** Things that each have a name of their own, in the order in which they came. */
class Names<T> {
  readonly #names = new Map<string, string>()
  readonly #things = new Map<string, T>()

  /** The name of what is known by this key: the wish, or one like it that is free. */
  add(key: string, wish: string, thing: T): string {
    const known = this.#names.get(key)
    if (known !== undefined) return known
    const name = freeId(wish.slice(0, 100) || 'value', this.#things)
    this.#names.set(key, name)
    this.#things.set(name, thing)
    return name
  }

  entries(): [string, T][] {
    return [...this.#things]
  }
}

function refuseParameter({ name, input }: Parameter, node: WorkflowNode): WorkflowError {
  const problem = `parameter "${name}" replaces a link between two of the nodes, which no border can carry`
  const remedy = 'Remove the parameter or the link first.'
  return new WorkflowError({ code: 'not_packable', node: refOf(node), input, problem, remedy })
}
