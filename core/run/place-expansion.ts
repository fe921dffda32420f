import { Blocked } from '../types/blocked.ts'
import type { InputDefinition } from '../types/definition.ts'
import { RawLink, type DrawnNode, type Expansion } from '../types/expansion.ts'
import { literalProblem, seedPolicy, takesLiteral } from '../types/literal.ts'
import { fits, socketText } from '../types/socket.ts'
import { shortText } from '../types/json.ts'
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
  const drawn = new Map(nodes.map((node) => [node.path, node]))
  const graph = linksAmong(drawn)
  const problems: Problem[] = []
  for (const cycle of findCycles(graph)) problems.push(cycleProblem(cycle, drawn))
  const placed = topologicalOrder(graph).map((path) => placeNode(drawn.get(path)!, { ...placing, drawn, problems }))
  if (problems.length > 0) throw WorkflowError.ofProblems(problems.map((one) => aboutShown(one, placing.origin)))
  return placed.filter((node) => node !== undefined)
}

interface Scope extends Placing {
  readonly drawn: ReadonlyMap<string, DrawnNode>
  readonly problems: Problem[]
}

/** The links among the nodes of an expansion, as a graph; lists of links are those of variadic ports. */
function linksAmong(drawn: ReadonlyMap<string, DrawnNode>): Graph {
  const graph = new Map<string, GraphNode>()
  for (const { path, type, inputs } of drawn.values()) {
    const links = [...inputs].flatMap(([input, value]) =>
      [value].flat().flatMap((one) => (one instanceof RawLink && drawn.has(one.from) ? [{ input, from: one.from, output: one.output }] : [])),
    )
    graph.set(path, { ref: { id: path, type }, inputs: new Map(), links })
  }
  return graph
}

function cycleProblem(cycle: readonly string[], drawn: ReadonlyMap<string, DrawnNode>): Problem {
  const node = refOf(drawn.get(cycle[0]!)!)
  const problem = `its result depends on itself: ${cycle.join(' → ')}`
  return { code: 'dependency_cycle', node, problem, remedy: 'This is a mistake in the node that expands; tell its author.', cycle }
}

function refOf({ path, type, title }: DrawnNode): NodeRef {
  return title === undefined ? { id: path, type } : { id: path, type, title }
}

function placeNode(node: DrawnNode, scope: Scope): PlannedNode | undefined {
  const ref = refOf(node)
  const registered = scope.graph.registry.nodes.get(node.type)
  const definition = scope.graph.definitions.get(node.type)
  if (registered === undefined || definition === undefined) {
    const remedy = didYouMean(node.type, scope.graph.registry.nodes.keys())
    scope.problems.push({ code: 'missing_node_type', node: ref, problem: `there is no node type "${node.type}" here`, ...(remedy && { remedy }) })
    return undefined
  }
  const given = spread(node, definition.inputs)
  const settable = definition.inputs.filter(({ hidden }) => hidden === undefined)
  const known = new Set(settable.flatMap((input) => (input.variadic ? variadicSlots(input.name, given.keys()) : [input.name])))
  for (const name of given.keys()) {
    if (known.has(name)) continue
    const remedy = didYouMean(name, known) ?? listed(settable.map((input) => input.name), 'input')
    scope.problems.push({ code: 'unknown_input', node: ref, input: name, problem: `${node.type} has no input of that name`, ...(remedy && { remedy }) })
  }
  const inputs: PlannedInput[] = []
  for (const input of definition.inputs) {
    if (input.hidden !== undefined) inputs.push({ kind: 'hidden', definition: input, slot: input.name })
    const slots = input.variadic ? variadicSlots(input.name, given.keys()) : given.has(input.name) ? [input.name] : []
    for (const slot of slots) {
      const placed = placeInput(given.get(slot), slot, input, ref, scope)
      if (placed) inputs.push(placed)
    }
    if (slots.length >= (input.variadic?.min ?? 1) || input.hidden !== undefined) continue
    if (input.default !== undefined) inputs.push({ kind: 'literal', definition: input, slot: input.name, value: input.default })
    else if (input.required) scope.problems.push(missing(input, ref))
  }
  const { shown, shownRef } = scope.origin
  return { path: node.path, shown, ref, shownRef, registered, inputs, place: scope.place }
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

function missing(input: InputDefinition, node: NodeRef): Problem {
  const problem = `expected a value or link of type ${socketText(input.socket)}, got nothing`
  return { code: 'required_input_missing', node, input: input.name, problem }
}

function placeInput(value: unknown, slot: string, definition: InputDefinition, node: NodeRef, scope: Scope): PlannedInput | undefined {
  if (value instanceof RawLink) return placeLink(value, slot, definition, node, scope)
  if (value === undefined) return undefined
  const problem = valueProblem(value, definition, scope, node)
  if (problem) {
    scope.problems.push({ ...problem, node, input: slot })
    return undefined
  }
  const json = jsonOf(value)
  if (json !== undefined && takesLiteral(definition.socket)) return { kind: 'literal', definition, slot, value: json }
  if (json !== undefined) {
    const { type } = scope.graph.registry.nodes.get(node.type)!.node.inputs[definition.name]!
    return { kind: 'given', definition, slot, given: { type, value }, key: JSON.stringify(json) }
  }
  return givenInput(value, slot, definition, node, scope)
}

/** A value that JSON can't hold. It is told by where the expanding node had it from, or else by the node itself. */
function givenInput(value: unknown, slot: string, definition: InputDefinition, node: NodeRef, scope: Scope): PlannedInput {
  const known = typeof value === 'object' && value !== null ? scope.known.get(value) : undefined
  if (known) return { kind: 'given', definition, slot, given: known.typed, key: known.key }
  const { type } = scope.graph.registry.nodes.get(node.type)!.node.inputs[definition.name]!
  const key = valueKey(value, scope.origin.key, node.id.slice(scope.place.base.length), slot)
  return { kind: 'given', definition, slot, given: typed(type, value), key }
}

function valueProblem(value: unknown, definition: InputDefinition, { graph }: Scope, { type }: NodeRef): Omit<Problem, 'node'> | undefined {
  if (value instanceof Blocked) return undefined
  if (definition.seed && seedPolicy(value)) {
    const problem = 'a random seed can\'t be drawn inside an expansion, where it could not be recorded'
    return { code: 'invalid_input_type', problem, remedy: 'Give the expanding node a seed, and pass numbers on.' }
  }
  if (takesLiteral(definition.socket) && (typeof value !== 'object' || value === null)) return literalProblem(definition, value)
  const port = graph.registry.nodes.get(type)!.node.inputs[definition.name]!
  if (!definition.rawLink && port.type.check(value)) return undefined
  return { code: 'invalid_input_type', problem: `expected ${socketText(definition.socket)}, got ${shortText(value)}` }
}

function placeLink(link: RawLink, slot: string, definition: InputDefinition, node: NodeRef, scope: Scope): PlannedInput | undefined {
  const { graph, drawn, problems } = scope
  const type = drawn.get(link.from)?.type
  const source = type === undefined ? graph.definitionAt(link.from) : graph.definitions.get(type)
  const about = { node, input: slot }
  if (source === undefined) {
    if (type === undefined) problems.push({ code: 'bad_linked_input', ...about, problem: `it is linked to node ${link.from}, which there is not` })
    return undefined // of a type that there is not: reported where it stands
  }
  const output = outputOf(source, link.output)
  if (output === undefined) {
    const problem = `it is linked to output ${JSON.stringify(link.output)} of ${source.type} (node ${link.from}), which has no such output`
    const remedy = listed(source.outputs.map(({ name }) => name), 'output')
    problems.push({ code: 'bad_linked_input', ...about, problem, ...(remedy && { remedy }) })
    return undefined
  }
  if (!fits(output.socket, definition.socket)) {
    const problem = `expected ${socketText(definition.socket)}, got ${socketText(output.socket)} from output "${output.name}" of node ${link.from}`
    problems.push({ code: 'return_type_mismatch', ...about, problem })
    return undefined
  }
  return { kind: definition.rawLink ? 'raw' : 'link', definition, slot, from: link.from, output: output.name }
}
