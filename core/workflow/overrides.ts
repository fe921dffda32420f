import type { Definitions, InputDefinition } from '../types/definition.ts'
import { shortText, type Json } from '../types/json.ts'
import { WITHHELD } from '../types/withheld.ts'
import { refOf } from './graph.ts'
import type { Problem } from './problem.ts'
import { Insides } from './separate.ts'
import { withSubgraphDefinitions } from './subgraphs.ts'
import { didYouMean, listed } from './suggest.ts'
import { inputNamed, settableInputs } from './validate-file.ts'
import { inputOf, isLink, literalOf } from './workflow.ts'
import type { InputValue, Parameter, Workflow, WorkflowNode } from './workflow.ts'
import { WorkflowError } from './workflow-error.ts'

/** Values from the command line or a form that replace what the file says. */
export interface Overrides {
  /** `node.input=value`, as after `--set`; `outer/inner.input` reaches into a subgraph, where it stands in that place alone. */
  readonly set?: readonly string[]
  /** By the name of a parameter of the workflow; a text is read as the input's kind of value. */
  readonly parameters?: Readonly<Record<string, Json>>
}

/** One input with its new value. */
interface Assignment {
  /** The way to its node. */
  readonly way: readonly number[]
  readonly input: string
  readonly value: Json
}

/**
 * The workflow with other values for some of its inputs. With definitions, a text is read as what its input takes;
 * without, as what the input holds now, and as JSON or plain text where that says nothing. In names of parameters - and
 * _ are the same.
 * @throws WorkflowError naming everything that can't be set, and what could be.
 */
export function applyOverrides(workflow: Workflow, overrides: Overrides, types?: Definitions): Workflow {
  const definitions = types && withSubgraphDefinitions(workflow, types)
  const insides = new Insides(workflow)
  const problems: Problem[] = []
  const assignments: Assignment[] = []
  const attempt = (read: () => Assignment) => {
    try {
      assignments.push(read())
    } catch (error) {
      if (!(error instanceof WorkflowError)) throw error
      problems.push(...error.problems)
    }
  }
  for (const [name, value] of Object.entries(overrides.parameters ?? {})) {
    attempt(() => readParameter(workflow, insides, name, value, definitions))
  }
  for (const text of overrides.set ?? []) attempt(() => readSetting(insides, text, definitions))
  if (problems.length > 0) throw WorkflowError.ofProblems(problems, 'invalid_override')
  for (const { way, input, value } of assignments) insides.change(way, (node) => withInput(node, input, inputOf(value)))
  return insides.workflow
}

/** The parameters of a workflow with what their inputs hold and take, for `--help` and forms. */
export function listParameters(workflow: Workflow, types?: Definitions): (Parameter & ParameterState)[] {
  const definitions = types && withSubgraphDefinitions(workflow, types)
  const insides = new Insides(workflow)
  return (workflow.parameters ?? []).map((parameter) => {
    const way = insides.find(parameter.node)
    const node = way && insides.at(way)
    const definition = node && definitionOf(node, parameter.input, definitions)
    const held = node && ownLiteral(node, parameter.input)
    const value = held !== undefined && definition?.secret ? WITHHELD : held ?? definition?.default
    return { ...parameter, ...(value !== undefined && { value }), ...(definition && { definition }) }
  })
}

/** What a parameter stands at. */
export interface ParameterState {
  readonly value?: Json
  readonly definition?: InputDefinition
}

function readParameter(workflow: Workflow, insides: Insides, name: string, value: Json, definitions?: Definitions): Assignment {
  const parameters = workflow.parameters ?? []
  const plain = (text: string) => text.replaceAll('-', '_')
  const exact = parameters.find((one) => one.name === name)
  const parameter = exact ?? parameters.find((one) => plain(one.name) === plain(name))
  if (parameter === undefined) {
    const names = parameters.map((one) => one.name)
    throw new WorkflowError({
      code: 'unknown_parameter',
      problem: `the workflow has no parameter "${name}"`,
      remedy: didYouMean(name, names) ?? listed(names, 'parameter') ?? 'Set an input instead: node.input=value.',
    })
  }
  const way = insides.find(parameter.node)
  if (way === undefined) {
    const problem = `parameter "${name}" means node ${parameter.node}, which the workflow does not have`
    throw new WorkflowError({ code: 'unknown_parameter', problem, remedy: 'Correct the parameter in the file.' })
  }
  const { input } = parameter
  return { way, input, value: typeof value === 'string' ? readAs(insides.at(way), input, value, definitions) : value }
}

function readSetting(insides: Insides, text: string, definitions?: Definitions): Assignment {
  const equals = text.indexOf('=')
  const target = equals < 0 ? text : text.slice(0, equals)
  if (equals < 0 || !target.includes('.')) {
    const problem = `expected node.input=value, got ${shortText(text)}`
    throw new WorkflowError({ code: 'invalid_override', problem, remedy: 'For example: sampler.steps=30.' })
  }
  const { way, path, input } = findTarget(insides, target)
  const node = insides.at(way)
  checkInput({ ...node, id: path }, input, definitions)
  return { way, input, value: readAs(node, input, text.slice(equals + 1), definitions) }
}

/** The node and input that `node.input` means. Ids may hold dots themselves; the longest that exists is taken. */
function findTarget(insides: Insides, target: string): { way: readonly number[]; path: string; input: string } {
  const ids: string[] = []
  for (let dot = target.lastIndexOf('.'); dot > 0; dot = target.lastIndexOf('.', dot - 1)) {
    const id = target.slice(0, dot)
    const way = insides.find(id)
    if (way) return { way, path: id, input: target.slice(dot + 1) }
    ids.push(id)
  }
  const paths = insides.paths(MOST_PATHS)
  const remedy = ids.map((id) => didYouMean(id, paths)).find((one) => one !== undefined)
  const id = target.slice(0, target.lastIndexOf('.'))
  throw new WorkflowError({ code: 'unknown_node', problem: `the workflow has no node "${id}"`, remedy: remedy ?? listed(paths, 'node') })
}

/** Names are looked for among so many. */
const MOST_PATHS = 2000

function checkInput(node: WorkflowNode, input: string, definitions?: Definitions): void {
  const definition = definitions?.get(node.type)
  if (definition === undefined || inputNamed(definition, input)) return
  const names = settableInputs(definition, Object.keys(node.inputs ?? {}))
  throw new WorkflowError({
    code: 'unknown_input',
    node: refOf(node),
    input,
    problem: `${node.type} has no input of that name`,
    remedy: didYouMean(input, names) ?? listed(names, 'input'),
  })
}

/** Reads a text as the kind of value that the input takes, or holds; what does not read so is left for validation. */
function readAs(node: WorkflowNode, input: string, text: string, definitions?: Definitions): Json {
  const definition = definitionOf(node, input, definitions)
  const held = ownLiteral(node, input)
  if (definition?.socket === 'STRING' || definition?.socket === 'COMBO') return text
  if (definition === undefined && typeof held === 'string') return text
  return parsed(text)
}

function parsed(text: string): Json {
  try {
    const value: Json = JSON.parse(text)
    return value
  } catch {
    return text
  }
}

function definitionOf(node: WorkflowNode, input: string, definitions?: Definitions): InputDefinition | undefined {
  const definition = definitions?.get(node.type)
  return definition && inputNamed(definition, input)
}

function ownLiteral({ inputs = {} }: WorkflowNode, name: string): Json | undefined {
  const value = Object.hasOwn(inputs, name) ? inputs[name] : undefined
  return value === undefined || isLink(value) ? undefined : literalOf(value)
}

/** Built from entries: assigning to a name such as `__proto__` would not set an input. */
function withInput(node: WorkflowNode, input: string, value: InputValue): WorkflowNode {
  const inputs = new Map(Object.entries(node.inputs ?? {})).set(input, value)
  return { ...node, inputs: Object.fromEntries(inputs) }
}
