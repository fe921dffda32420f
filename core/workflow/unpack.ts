import { refOf } from './graph.ts'
import { refusal, scopeOf, topLeft, withScope, type PackScope } from './pack-scope.ts'
import { freeId, mapInputs, renamedPath } from './rename.ts'
import { subgraphOf, subgraphOutput, subgraphsOf } from './subgraphs.ts'
import { isLink, SUBGRAPH_INPUTS, subgraphType, type InputValue } from './workflow.ts'
import type { ExposedOutput, Parameter, Subgraph, SubgraphOutput, Workflow, WorkflowNode } from './workflow.ts'
import { WorkflowError } from './workflow-error.ts'

/**
 * Puts what is inside a subgraph in the place of a node that stands for it. The subgraph itself goes when nothing else
 * stands for it. Ids that are taken get new ones; the nodes lie where the node was moved to.
 * @throws WorkflowError when the node stands for no subgraph, or is bypassed (what is inside can't say so)
 */
export function unpackSubgraph(workflow: Workflow, node: string, within?: string): Workflow {
  const scope = scopeOf(workflow, within)
  const stand = scope.nodes.find(({ id }) => id === node)
  const subgraph = stand && subgraphOf(stand, subgraphsOf(workflow))
  if (stand === undefined || subgraph === undefined) {
    throw refusal(`node ${node} stands for no subgraph`, 'Choose one that does.')
  }
  if (stand.mode === 'bypass') {
    const remedy = 'Let it run as usual first, or remove it.'
    const problem = 'a bypassed subgraph can not be unpacked'
    throw new WorkflowError({ code: 'not_packable', node: refOf(stand), problem, remedy })
  }
  const inlay = new Inlay(stand, subgraph, scope)
  const inside = inlay.nodes()
  const changed: PackScope = {
    nodes: scope.nodes.flatMap((one) => (one === stand ? inside : [mapInputs(one, (value) => inlay.outward(value))])),
    parameters: scope.parameters?.flatMap((one) => inlay.parameter(one)),
    outputs: scope.outputs?.flatMap((one) => inlay.output(one)),
  }
  return withoutUnused(withScope(workflow, within, changed), subgraph.id)
}

/** The inside of a subgraph on its way out. */
class Inlay {
  readonly #stand: WorkflowNode
  readonly #subgraph: Subgraph
  readonly #ids: ReadonlyMap<string, string>

  constructor(stand: WorkflowNode, subgraph: Subgraph, scope: PackScope) {
    this.#stand = stand
    this.#subgraph = subgraph
    const taken = new Set(scope.nodes.map(({ id }) => id).filter((id) => id !== stand.id))
    const ids = new Map<string, string>()
    for (const { id } of subgraph.nodes) {
      ids.set(id, freeId(id, taken))
      taken.add(ids.get(id)!)
    }
    this.#ids = ids
  }

  nodes(): WorkflowNode[] {
    const [dx, dy] = this.#shift()
    return this.#subgraph.nodes.map((node) => ({
      ...mapInputs(node, (value) => this.#inward(value)),
      id: this.#ids.get(node.id)!,
      ...(node.position && { position: [node.position[0] + dx, node.position[1] + dy] as const }),
      ...(this.#stand.mode && { mode: this.#stand.mode }),
    }))
  }

  /** How far the node was moved since the nodes lay where they say. */
  #shift(): readonly [number, number] {
    const place = topLeft(this.#subgraph.nodes)
    const { position } = this.#stand
    return place && position ? [position[0] - place[0], position[1] - place[1]] : [0, 0]
  }

  /** An input of a node inside, as it is outside: what the node that stood for it gave. */
  #inward(value: InputValue): InputValue | undefined {
    if (!isLink(value)) return value
    if (value.from !== SUBGRAPH_INPUTS) return { ...value, from: this.#ids.get(value.from) ?? value.from }
    const { inputs = {} } = this.#stand
    const given = Object.hasOwn(inputs, value.output) ? inputs[value.output] : undefined
    return given === undefined ? undefined : this.outward(given)
  }

  /** An input of a node outside: what comes from the node comes from inside, or from what it passes on. */
  outward(value: InputValue): InputValue | undefined {
    const seen = new Set<string>()
    for (let now: InputValue | undefined = value; ; ) {
      if (now === undefined || !isLink(now) || now.from !== this.#stand.id) return now
      const source: SubgraphOutput | undefined = subgraphOutput(this.#subgraph, now.output)
      // A link to an output that it does not have, or that comes back to itself, leads nowhere afterwards either.
      if (source === undefined || seen.has(source.name)) return undefined
      seen.add(source.name)
      const { from, output } = source
      if (from !== SUBGRAPH_INPUTS) return { from: this.#ids.get(from) ?? from, output }
      const { inputs = {} } = this.#stand
      now = Object.hasOwn(inputs, source.output) ? inputs[source.output] : undefined
    }
  }

  /** A parameter of the node sets the first input behind it; one that points inside still does. */
  parameter(parameter: Parameter): Parameter[] {
    const inside = `${this.#stand.id}/`
    const moved = parameter.node.startsWith(inside) ? renamedPath(parameter.node.slice(inside.length), this.#ids) : undefined
    if (moved !== undefined) return [{ ...parameter, node: moved }]
    if (parameter.node !== this.#stand.id) return [parameter]
    for (const { id, inputs = {} } of this.#subgraph.nodes) {
      const behind = Object.entries(inputs).find(([, value]) =>
        isLink(value) && value.from === SUBGRAPH_INPUTS && value.output === parameter.input)
      if (behind) return [{ ...parameter, node: this.#ids.get(id)!, input: behind[0] }]
    }
    return []
  }

  output<O extends ExposedOutput | SubgraphOutput>(one: O): O[] {
    const from = 'node' in one ? one.node : one.from
    if (from !== this.#stand.id) return [one]
    const source = this.outward({ from, output: one.output })
    if (source === undefined || !isLink(source)) return []
    return ['node' in one ? { ...one, node: source.from, output: source.output } : { ...one, ...source }]
  }
}

function withoutUnused(workflow: Workflow, id: string): Workflow {
  const type = subgraphType(id)
  const lists = [workflow, ...(workflow.subgraphs ?? [])]
  if (lists.some(({ nodes }) => nodes.some((node) => node.type === type))) return workflow
  const subgraphs = workflow.subgraphs!.filter((one) => one.id !== id)
  const { subgraphs: before, ...rest } = workflow
  return before!.length > 1 ? { ...rest, subgraphs } : rest
}
