import type { Definitions, InputDefinition, NodeDefinition, OutputDefinition } from '../types/definition.ts'
import { variadicSlots } from '../types/variadic.ts'
import { refOf, type Graph } from './graph.ts'
import type { Problem } from './problem.ts'
import { Insides } from './separate.ts'
import { listed } from './suggest.ts'
import { SUBGRAPH_INPUTS, type Parameter, type Subgraph, type Workflow } from './workflow.ts'

/** What the checks of one node need to know of the rest. */
export interface Scope {
  readonly graph: Graph
  readonly definitions: Definitions
  /** Inputs that lost what fed them to a mode: the id of the muted or bypassed node. */
  readonly cut?: ReadonlyMap<string, ReadonlyMap<string, string>>
  /** Looks for the name that was meant, for the first problems of a file only: it takes time. */
  suggest(name: string, names: Iterable<string>): string | undefined
  /** Whether a type is a subgraph of the file that holds itself: it is reported once, not where it stands. */
  isRecursive(type: string): boolean
}

/** What is wrong with the names in a file: ids, parameters, exposed outputs, and those of subgraphs. */
export function fileProblems(workflow: Workflow, drawn: Scope): Problem[] {
  return [
    ...duplicateIds(workflow),
    ...subgraphProblems(workflow),
    ...parameterProblems(workflow, drawn),
    ...outputProblems(workflow, drawn),
  ]
}

/**
 * Names of the inputs that a workflow may give a value.
 * @param given the inputs that a node has, of which those of variadic ports are named: `image.0`, `image.1`, …
 */
export function settableInputs({ inputs }: NodeDefinition, given?: Iterable<string>): string[] {
  const settable = inputs.filter((input) => input.hidden === undefined)
  if (!settable.some(({ variadic }) => variadic)) return settable.map(({ name }) => name)
  const slots = [...(given ?? [])]
  return settable.flatMap(({ name, variadic }) => {
    if (!variadic) return [name]
    const taken = variadicSlots(name, slots)
    return taken.length > 0 ? taken : [`${name}.0`]
  })
}

/** The input that a name in a workflow means: `image.2` is one of the variadic `image`. */
export function inputNamed({ inputs }: NodeDefinition, slot: string): InputDefinition | undefined {
  return inputs.find(({ name, variadic, hidden }) =>
    hidden === undefined && (variadic ? variadicSlots(name, [slot]).length > 0 : name === slot))
}

/** The output that a link means: by name, or by its index. */
export function outputOf({ outputs }: NodeDefinition, output: string | number): OutputDefinition | undefined {
  return typeof output === 'number' ? outputs[output] : outputs.find(({ name }) => name === output)
}

function duplicateIds({ nodes }: Pick<Workflow, 'nodes'>, within = ''): Problem[] {
  const seen = new Set<string>()
  const problems: Problem[] = []
  for (const [index, node] of nodes.entries()) {
    if (seen.has(node.id)) {
      problems.push({
        code: 'duplicate_node_id',
        node: refOf(node),
        at: `${within}nodes[${index}]`,
        problem: `the id "${node.id}" is taken by a node before it`,
        remedy: 'Give it another id, and change the links that mean it.',
      })
    }
    seen.add(node.id)
  }
  return problems
}

/** What is wrong with subgraphs as they are drawn; what is wrong inside them shows where they are used. */
function subgraphProblems({ subgraphs = [] }: Workflow): Problem[] {
  const seen = new Set<string>()
  return subgraphs.flatMap((subgraph, index) => {
    const at = `subgraphs[${index}]`
    const problems = [...duplicateIds(subgraph, `${at}.`), ...nameProblems(subgraph, at)]
    if (seen.has(subgraph.id)) {
      const problem = `the id "${subgraph.id}" is taken by a subgraph before it`
      problems.push({ code: 'duplicate_subgraph', at, problem, remedy: 'Give it another id.' })
    }
    seen.add(subgraph.id)
    return problems
  })
}

function nameProblems({ inputs, outputs, nodes, name }: Subgraph, at: string): Problem[] {
  const problems: Problem[] = []
  for (const [side, sockets] of [['input', inputs], ['output', outputs]] as const) {
    for (const twice of repeated(sockets.map((socket) => socket.name))) {
      const problem = `two ${side}s of subgraph "${name}" are called "${twice}"`
      problems.push({ code: 'duplicate_parameter', at, problem, remedy: 'Rename one of them.' })
    }
  }
  const reserved = nodes.find(({ id }) => id === SUBGRAPH_INPUTS)
  if (reserved) {
    const problem = `inside a subgraph "${SUBGRAPH_INPUTS}" stands for its inputs`
    const remedy = 'Give the node another id.'
    problems.push({ code: 'duplicate_node_id', node: refOf(reserved), at, problem, remedy })
  }
  return problems
}

function repeated(names: readonly string[]): Set<string> {
  const seen = new Set<string>()
  return new Set(names.filter((name) => seen.has(name) || !seen.add(name)))
}

function outputProblems(workflow: Workflow, { graph, definitions, suggest }: Scope): Problem[] {
  const { outputs = [] } = workflow
  const problems = [...repeated(outputs.map(({ name }) => name))].map((name): Problem => ({
    code: 'duplicate_parameter',
    problem: `two outputs are called "${name}"`,
    remedy: 'Rename one of them.',
  }))
  for (const { name, node, output } of outputs) {
    const place = `output "${name}" is ${JSON.stringify(output)} of node ${node}`
    const target = graph.get(node)
    const definition = target && definitions.get(target.ref.type)
    if (target === undefined) {
      const remedy = suggest(node, graph.keys()) ?? 'Correct or remove the output.'
      problems.push({ code: 'unknown_exposed_output', problem: `${place}, which the workflow does not have`, remedy })
    } else if (definition && outputOf(definition, output) === undefined) {
      const remedy = listed(definition.outputs.map((one) => one.name), 'output') ?? 'That node has no outputs.'
      problems.push({ code: 'unknown_exposed_output', problem: `${place}, which has no such output`, remedy })
    }
  }
  return problems
}

function parameterProblems(workflow: Workflow, scope: Scope): Problem[] {
  const problems: Problem[] = []
  const seen = new Set<string>()
  if (!workflow.parameters?.length) return problems
  const insides = new Insides(workflow)
  for (const parameter of workflow.parameters) {
    if (seen.has(parameter.name)) {
      const problem = `two parameters are called "${parameter.name}"`
      problems.push({ code: 'duplicate_parameter', problem, remedy: 'Rename one of them.' })
    }
    seen.add(parameter.name)
    const lost = lostParameter(parameter, insides, scope)
    if (lost) problems.push({ code: 'unknown_parameter', ...lost })
  }
  return problems
}

/** A parameter for a node or an input that there is not. */
function lostParameter({ name, node, input }: Parameter, insides: Insides, scope: Scope): Omit<Problem, 'code'> | undefined {
  const { definitions, suggest } = scope
  const place = `parameter "${name}" sets input "${input}" of node ${node}`
  const way = insides.find(node)
  if (way === undefined) {
    const remedy = suggest(node, insides.paths(MOST_PATHS)) ?? 'Correct or remove the parameter.'
    return { problem: `${place}, which the workflow does not have`, remedy }
  }
  const definition = definitions.get(insides.at(way).type)
  if (definition === undefined || inputNamed(definition, input)) return undefined
  const known = settableInputs(definition)
  return { problem: `${place}, which has no such input`, remedy: suggest(input, known) ?? listed(known, 'input') }
}

/** Names are looked for among so many. */
const MOST_PATHS = 2000
