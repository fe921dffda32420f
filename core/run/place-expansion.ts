import { Blocked } from '../types/blocked.ts'
import type { InputDefinition } from '../types/definition.ts'
import { RawLink, type DrawnNode, type Expansion } from '../types/expansion.ts'
import { shortText } from '../types/json.ts'
import { literalProblem, RANDOM_SEED, takesLiteral, type LiteralProblem } from '../types/literal.ts'
import type { Port } from '../types/port.ts'
import { fits, socketText } from '../types/socket.ts'
import type { TypedValue } from '../types/value-type.ts'
import { variadicSlots } from '../types/variadic.ts'
import { findCycles } from '../workflow/cycles.ts'
import { topologicalOrder, type Graph, type GraphNode } from '../workflow/graph.ts'
import type { NodeRef, Problem } from '../workflow/problem.ts'
import { didYouMean, listed } from '../workflow/suggest.ts'
import { outputOf } from '../workflow/validate.ts'
import { WorkflowError } from '../workflow/workflow-error.ts'
import { jsonOf } from './constants.ts'
import { aboutShown } from './failure.ts'
import { valueKey } from './keys.ts'
import { typed } from './lists.ts'
import type { Place, PlannedInput, PlannedNode } from './planned-node.ts'
import type { KeyedNode, RunGraph } from './run-graph.ts'

/** A value that the expanding node got, with what stands for it in keys. */
export interface KnownValue {
  readonly typed: TypedValue
  readonly key: string
  /** The output that it came from, or is an item of. */
  readonly from?: string
  readonly output?: string
}

/** What placing an expansion needs. */
export interface Placing {
  readonly graph: RunGraph
  /** The node that expands. */
  readonly origin: KeyedNode
  readonly place: Place
  /** The values that the node got, by the objects that it may hand on. */
  readonly known: ReadonlyMap<object, KnownValue>
}

/**
 * Prepares the nodes of an expansion, each after those it depends on: types looked up, links and values checked.
 * @throws WorkflowError with everything that is wrong with it, about the node that the person sees
 */
export function placeExpansion({ nodes }: Expansion, placing: Placing): PlannedNode[] {
  return new Placement(nodes, placing).place()
}

/** One input of a drawn node, while it is placed. */
interface Slot {
  readonly node: NodeRef
  readonly name: string
  readonly definition: InputDefinition
  readonly port: Port<unknown>
}

class Placement {
  readonly #placing: Placing
  readonly #drawn: ReadonlyMap<string, DrawnNode>
  readonly #problems: Problem[] = []

  constructor(nodes: readonly DrawnNode[], placing: Placing) {
    this.#placing = placing
    this.#drawn = new Map(nodes.map((node) => [node.path, node]))
  }

  place(): PlannedNode[] {
    const graph = linksAmong(this.#drawn)
    for (const cycle of findCycles(graph)) this.#problems.push(cycleProblem(cycle, this.#drawn))
    const placed = topologicalOrder(graph).map((path) => this.#placeNode(this.#drawn.get(path)!))
    const { origin } = this.#placing
    if (this.#problems.length > 0) throw WorkflowError.ofProblems(this.#problems.map((one) => aboutShown(one, origin)))
    return placed.filter((node) => node !== undefined)
  }

  #placeNode(drawn: DrawnNode): PlannedNode | undefined {
    const { graph, origin, place } = this.#placing
    const ref = refOf(drawn)
    const registered = graph.registry.nodes.get(drawn.type)
    const definition = graph.definitions.get(drawn.type)
    if (registered === undefined || definition === undefined) {
      const remedy = didYouMean(drawn.type, graph.registry.nodes.keys())
      this.#complain(ref, undefined, 'missing_node_type', `there is no node type "${drawn.type}" here`, remedy)
      return undefined
    }
    const given = spread(drawn, definition.inputs)
    this.#checkNames(ref, definition.inputs, given)
    const inputs = definition.inputs.flatMap((one) => this.#placeInputs(ref, one, registered.node.inputs[one.name]!, given))
    const { shown, shownRef } = origin
    return { path: drawn.path, shown, ref, shownRef, registered, inputs, place }
  }

  #checkNames(ref: NodeRef, inputs: readonly InputDefinition[], given: ReadonlyMap<string, unknown>): void {
    const settable = inputs.filter(({ hidden }) => hidden === undefined)
    const slotsOf = ({ name, variadic }: InputDefinition) => (variadic ? variadicSlots(name, given.keys()) : [name])
    const known = new Set(settable.flatMap(slotsOf))
    for (const name of given.keys()) {
      if (known.has(name)) continue
      const remedy = didYouMean(name, known) ?? listed(settable.map((input) => input.name), 'input')
      this.#complain(ref, name, 'unknown_input', `${ref.type} has no input of that name`, remedy)
    }
  }

  /** What comes in at one port: nothing, one input, or several where it is variadic. */
  #placeInputs(
    node: NodeRef,
    definition: InputDefinition,
    port: Port<unknown>,
    given: ReadonlyMap<string, unknown>,
  ): PlannedInput[] {
    const { name, variadic, hidden, default: fallback, required, socket } = definition
    if (hidden !== undefined) return [{ kind: 'hidden', definition, slot: name }]
    const slots = variadic ? variadicSlots(name, given.keys()) : given.has(name) ? [name] : []
    const placed = slots.map((slot) => this.#placeInput(given.get(slot), { node, name: slot, definition, port }))
    if (slots.length === 0 && fallback !== undefined) return [{ kind: 'literal', definition, slot: name, value: fallback }]
    if (slots.length < (variadic ? variadic.min : required ? 1 : 0)) {
      const problem = `expected a value or link of type ${socketText(socket)}, got nothing`
      this.#complain(node, name, 'required_input_missing', problem)
    }
    return placed.filter((input) => input !== undefined)
  }

  #placeInput(value: unknown, slot: Slot): PlannedInput | undefined {
    if (value instanceof RawLink) return this.#placeLink(value, slot)
    const { node, name, definition, port } = slot
    const wrong = valueProblem(value, slot)
    if (wrong) {
      this.#complain(node, name, wrong.code, wrong.problem, wrong.remedy)
      return undefined
    }
    const json = jsonOf(value)
    if (json === undefined) return this.#givenInput(value, slot)
    const origin = originOf(this.#known(value))
    if (takesLiteral(definition.socket)) return { kind: 'literal', definition, slot: name, value: json, ...origin }
    return { kind: 'given', definition, slot: name, given: { type: port.type, value }, key: JSON.stringify(json), ...origin }
  }

  /** A value that JSON can't hold. It is told by where the expanding node had it from, or else by the node itself. */
  #givenInput(value: unknown, { node, name, definition, port }: Slot): PlannedInput {
    const { origin, place } = this.#placing
    const had = this.#known(value)
    if (had) return { kind: 'given', definition, slot: name, given: had.typed, key: had.key, ...originOf(had) }
    const key = valueKey(value, origin.key, node.id.slice(place.base.length), name)
    return { kind: 'given', definition, slot: name, given: typed(port.type, value), key }
  }

  /** A value that the expanding node got. */
  #known(value: unknown): KnownValue | undefined {
    return typeof value === 'object' && value !== null ? this.#placing.known.get(value) : undefined
  }

  #placeLink(link: RawLink, { node, name, definition }: Slot): PlannedInput | undefined {
    const { graph } = this.#placing
    const { from, output: wanted } = link
    const within = this.#drawn.get(from)
    const source = within ? graph.definitions.get(within.type) : graph.definitionAt(from)
    if (source === undefined) {
      // One of a type that there is not is reported where it stands.
      if (!within) this.#complain(node, name, 'bad_linked_input', `it is linked to node ${from}, which there is not`)
      return undefined
    }
    const output = outputOf(source, wanted)
    if (output === undefined) {
      const problem = `it is linked to output ${JSON.stringify(wanted)} of ${source.type} (node ${from}), which has no such output`
      this.#complain(node, name, 'bad_linked_input', problem, listed(source.outputs.map((one) => one.name), 'output'))
      return undefined
    }
    if (!fits(output.socket, definition.socket)) {
      const got = `${socketText(output.socket)} from output "${output.name}" of node ${from}`
      this.#complain(node, name, 'return_type_mismatch', `expected ${socketText(definition.socket)}, got ${got}`)
      return undefined
    }
    return { kind: definition.rawLink ? 'raw' : 'link', definition, slot: name, from, output: output.name }
  }

  #complain(node: NodeRef, input: string | undefined, code: Problem['code'], problem: string, remedy?: string): void {
    this.#problems.push({ code, node, ...(input !== undefined && { input }), problem, ...(remedy !== undefined && { remedy }) })
  }
}

/** The output that a value came from. */
function originOf(known: KnownValue | undefined): { from: string; output: string } | undefined {
  return known?.from === undefined || known.output === undefined ? undefined : { from: known.from, output: known.output }
}

/** The links among the nodes of an expansion, as a graph; lists of links are those of variadic ports. */
function linksAmong(drawn: ReadonlyMap<string, DrawnNode>): Graph {
  const graph = new Map<string, GraphNode>()
  for (const { path, type, inputs } of drawn.values()) {
    const links = [...inputs].flatMap(([input, value]) => {
      const within = [value].flat().filter((one) => one instanceof RawLink && drawn.has(one.from))
      return (within as RawLink[]).map(({ from, output }) => ({ input, from, output })) // filtered on the line above
    })
    graph.set(path, { ref: { id: path, type }, inputs: new Map(), links })
  }
  return graph
}

function cycleProblem(cycle: readonly string[], drawn: ReadonlyMap<string, DrawnNode>): Problem {
  return {
    code: 'dependency_cycle',
    node: refOf(drawn.get(cycle[0]!)!),
    problem: `its result depends on itself: ${cycle.join(' → ')}`,
    remedy: 'This is a mistake in the node that expands; tell its author.',
    cycle,
  }
}

function refOf({ path, type, title }: DrawnNode): NodeRef {
  return title === undefined ? { id: path, type } : { id: path, type, title }
}

/** The inputs of a drawn node, a list given to a variadic port as the single inputs of it. */
function spread({ inputs }: DrawnNode, definitions: readonly InputDefinition[]): ReadonlyMap<string, unknown> {
  const given = new Map<string, unknown>()
  for (const [name, value] of inputs) {
    const isVariadic = Array.isArray(value) && definitions.some((one) => one.variadic && one.name === name)
    if (isVariadic) for (const [index, one] of value.entries()) given.set(`${name}.${index}`, one)
    else given.set(name, value)
  }
  return given
}

type ValueProblem = Pick<LiteralProblem, 'code' | 'problem' | 'remedy'>

function valueProblem(value: unknown, { definition, port }: Slot): ValueProblem | undefined {
  if (value instanceof Blocked) return undefined
  if (definition.seed && value === RANDOM_SEED) {
    const problem = 'a random seed can\'t be drawn inside an expansion, where it could not be recorded'
    return { code: 'invalid_input_type', problem, remedy: 'Give the expanding node a seed, and pass numbers on.' }
  }
  const isObject = typeof value === 'object' && value !== null
  if (takesLiteral(definition.socket) && !isObject) return literalProblem(definition, value)
  if (!definition.rawLink && port.type.check(value)) return undefined
  return { code: 'invalid_input_type', problem: `expected ${socketText(definition.socket)}, got ${shortText(value)}` }
}
