import type { Definitions, InputDefinition, NodeDefinition } from '../types/definition.ts'
import { shortText, type Json } from '../types/json.ts'
import { literalProblem, takesLiteral } from '../types/literal.ts'
import { fits, socketText, type SocketType } from '../types/socket.ts'
import { variadicSlots } from '../types/variadic.ts'
import { findCycles } from './cycles.ts'
import { tryFlatten } from './flatten.ts'
import { graphOf, type Graph, type GraphNode } from './graph.ts'
import { applyModes } from './modes.ts'
import { nodeText, type NodeRef, type Problem } from './problem.ts'
import { withSubgraphDefinitions } from './subgraphs.ts'
import { didYouMean, listed } from './suggest.ts'
import { fileProblems, outputOf, settableInputs, type Scope } from './validate-file.ts'
import { isLink, literalOf, subgraphIdOf, subgraphType, type Link, type Workflow } from './workflow.ts'

export { outputOf } from './validate-file.ts'

const MAX_SUGGESTIONS = 50

/**
 * Everything that is wrong with a workflow, seen from the definitions of its node types alone: an empty list when it
 * may run. A pure function, the same in editor, server and worker; hooks and computed choices come after it.
 */
export function validateWorkflow(workflow: Workflow, definitions: Definitions): Problem[] {
  const all = withSubgraphDefinitions(workflow, definitions)
  const suggest = limited(didYouMean, MAX_SUGGESTIONS)
  const subgraphs = new Set(workflow.subgraphs?.map(({ id }) => subgraphType(id)))
  const isRecursive = (type: string) => subgraphs.has(type) && !all.has(type)
  const drawn: Scope = { graph: graphOf(workflow), definitions: all, suggest, isRecursive }
  const flat = tryFlatten(workflow, { definitions: all })
  const active = applyModes(flat.workflow, all)
  const graph = active.workflow === workflow ? drawn.graph : graphOf(active.workflow)
  const scope: Scope = { ...drawn, graph, cut: active.cut }
  return [
    ...fileProblems(workflow, drawn),
    ...flat.problems,
    ...notAlready(flat.problems, [...graph.values()].flatMap((node) => nodeProblems(node, scope))),
    ...findCycles(graph).map((cycle) => cycleProblem(cycle, graph)),
    ...(workflow.outputs?.length ? [] : missingOutputs(scope)),
  ]
}

/** Without problems of inputs that one is known of: a link that leads nowhere leaves its input empty as well. */
function notAlready(known: readonly Problem[], problems: Problem[]): Problem[] {
  if (known.length === 0) return problems
  const place = ({ node, input }: Problem) => JSON.stringify([node?.id, input])
  const places = new Set(known.map(place))
  return problems.filter((problem) => !places.has(place(problem)))
}

function limited(suggest: Scope['suggest'], times: number): Scope['suggest'] {
  return (name, names) => (times-- > 0 ? suggest(name, names) : undefined)
}

function nodeProblems(node: GraphNode, scope: Scope): Problem[] {
  const definition = scope.definitions.get(node.ref.type)
  if (definition === undefined) return scope.isRecursive(node.ref.type) ? [] : [missingType(node.ref, scope)]
  const { version = 1 } = node
  if (version > definition.version) return [newerVersion(node.ref, version, definition)]
  const problems = unknownInputs(node, definition, scope)
  for (const input of definition.inputs) {
    if (input.variadic) problems.push(...variadicProblems(node, input, scope))
    else addProblem(problems, node, input.name, inputProblem(node, input, input.name, scope))
  }
  return problems
}

function addProblem(problems: Problem[], { ref }: GraphNode, slot: string, problem: InputProblem | undefined): void {
  if (problem) problems.push({ ...problem, node: ref, input: slot })
}

/** What is wrong with the single inputs of a variadic port, and with how many there are. */
function variadicProblems(node: GraphNode, input: InputDefinition, scope: Scope): Problem[] {
  const { name, variadic } = input
  const { min, max } = variadic!
  const slots = variadicSlots(name, node.inputs.keys())
  const problems: Problem[] = []
  for (const slot of slots) addProblem(problems, node, slot, inputProblem(node, input, slot, scope))
  if (slots.length >= min && slots.length <= max) return problems
  const expected = slots.length < min ? `at least ${min}` : `at most ${max}`
  const code = slots.length < min ? 'required_input_missing' : 'value_bigger_than_max'
  const remedy = slots.length < min ? `Connect ${name}.${(lastNumber(slots) ?? -1) + 1}.` : 'Remove some of them.'
  addProblem(problems, node, name, { code, problem: `expected ${expected} of it, got ${slots.length}`, remedy })
  return problems
}

function lastNumber(slots: readonly string[]): number | undefined {
  const last = slots.at(-1)
  return last === undefined ? undefined : Number(last.slice(last.lastIndexOf('.') + 1))
}

function missingType(node: NodeRef, { definitions, suggest }: Scope): Problem {
  const subgraph = subgraphIdOf(node.type)
  if (subgraph !== undefined) {
    const problem = `the workflow has no subgraph "${subgraph}"`
    const remedy = suggest(node.type, definitions.keys()) ?? 'Remove the node, or add the subgraph to the file.'
    return { code: 'missing_node_type', node, problem, remedy }
  }
  return {
    code: 'missing_node_type',
    node,
    problem: `there is no node type "${node.type}" here`,
    remedy: suggest(node.type, definitions.keys()) ?? 'Install the plugin that provides it, or remove the node.',
  }
}

function newerVersion(node: NodeRef, version: number, { version: known, plugin }: NodeDefinition): Problem {
  return {
    code: 'unsupported_version',
    node,
    problem: `expected version ${known} of ${node.type} or an older one, got version ${version}`,
    remedy: `A newer ${plugin === undefined ? 'Kinograph' : `"${plugin}"`} wrote it; update to run it.`,
  }
}

function unknownInputs(node: GraphNode, definition: NodeDefinition, { suggest }: Scope): Problem[] {
  const known = settableInputs(definition, node.inputs.keys())
  const unknown = [...node.inputs.keys()].filter((name) => !known.includes(name))
  return unknown.map((name) => ({
    code: 'unknown_input',
    node: node.ref,
    input: name,
    problem: `${definition.type} has no input of that name`,
    remedy: suggest(name, known) ?? listed(known, 'input'),
  }))
}

type InputProblem = Omit<Problem, 'node' | 'input'>

function inputProblem(node: GraphNode, input: InputDefinition, slot: string, scope: Scope): InputProblem | undefined {
  const value = node.inputs.get(slot)
  if (input.hidden !== undefined) return undefined
  if (value === undefined) return input.required ? missingInput(input, scope.cut?.get(node.ref.id)?.get(slot)) : undefined
  if (isLink(value)) return linkProblem(value, input.socket, scope)
  return input.rawLink ? noLink(literalOf(value)) : literalProblem(input, literalOf(value))
}

function noLink(value: Json): InputProblem {
  return { code: 'invalid_input_type', problem: `expected a link, got ${shortText(value)}`, remedy: 'Connect an output.' }
}

function missingInput({ socket }: InputDefinition, silenced: string | undefined): InputProblem {
  const why = silenced === undefined ? '' : `: node ${silenced}, which fed it, is muted or bypassed`
  return {
    code: 'required_input_missing',
    problem: `expected ${takesLiteral(socket) ? 'a value' : 'a link'} of type ${socketText(socket)}, got nothing${why}`,
    remedy: takesLiteral(socket) ? 'Give it a value or connect an output.' : 'Connect an output of that type.',
  }
}

function linkProblem(link: Link, to: SocketType, { graph, definitions, suggest }: Scope): InputProblem | undefined {
  const source = graph.get(link.from)
  if (source === undefined) {
    return {
      code: 'bad_linked_input',
      problem: `it is linked to node ${link.from}, which the workflow does not have`,
      remedy: suggest(link.from, graph.keys()) ?? 'Connect it to a node that there is.',
    }
  }
  const definition = definitions.get(source.ref.type)
  if (definition === undefined) return undefined // reported where the node stands
  const output = outputOf(definition, link.output)
  if (output === undefined) return missingOutput(source.ref, definition, link.output)
  if (fits(output.socket, to)) return undefined
  return {
    code: 'return_type_mismatch',
    problem:
      `expected ${socketText(to)}, got ${socketText(output.socket)} ` +
      `from output "${output.name}" of ${nodeText(source.ref)}`,
    remedy: `Connect an output of type ${socketText(to)}.`,
  }
}

function missingOutput(source: NodeRef, { outputs }: NodeDefinition, output: string | number): InputProblem {
  return {
    code: 'bad_linked_input',
    problem: `it is linked to output ${JSON.stringify(output)} of ${nodeText(source)}, which has no such output`,
    remedy: listed(outputs.map(({ name }) => name), 'output') ?? 'That node has no outputs.',
  }
}

function cycleProblem(cycle: string[], graph: Graph): Problem {
  return {
    code: 'dependency_cycle',
    node: graph.get(cycle[0]!)!.ref,
    problem: `its result depends on itself: ${shownPath(cycle)}`,
    remedy: 'Remove one of these links.',
    cycle,
  }
}

function shownPath(cycle: readonly string[]): string {
  if (cycle.length <= 12) return cycle.join(' → ')
  return [...cycle.slice(0, 6), `… ${cycle.length - 11} more …`, ...cycle.slice(-5)].join(' → ')
}

function missingOutputs({ graph, definitions }: Scope): Problem[] {
  const nodes = [...graph.values()]
  // With a type missing, nobody knows whether it would have been the output.
  if (nodes.some(({ ref }) => definitions.get(ref.type)?.output ?? true)) return []
  const known = [...definitions.values()].filter(({ output }) => output).map(({ type }) => type)
  const examples = known.length === 0 ? '' : `, such as ${known.slice(0, 3).join(', ')}`
  return [
    {
      code: 'prompt_no_outputs',
      problem: 'the workflow has no output node, so there is nothing to make',
      remedy: `Add a node that saves or shows something${examples}.`,
    },
  ]
}
