import type { Definitions, InputDefinition } from '../types/definition.ts'
import { shortText, type Json } from '../types/json.ts'
import { refOf } from './graph.ts'
import type { Problem } from './problem.ts'
import { withSubgraphDefinitions } from './subgraphs.ts'
import { didYouMean, listed } from './suggest.ts'
import { inputOf, isLink, literalOf } from './workflow.ts'
import type { InputValue, Parameter, Workflow, WorkflowNode } from './workflow.ts'
import { WorkflowError } from './workflow-error.ts'

/** Values from the command line or a form that replace what the file says. */
export interface Overrides {
  /** `node.input=value`, as after `--set`. */
  readonly set?: readonly string[]
  /** By the name of a parameter of the workflow; a text is read as the input's kind of value. */
  readonly parameters?: Readonly<Record<string, Json>>
}

/** One input with its new value. */
interface Assignment {
  readonly node: WorkflowNode
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
    attempt(() => readParameter(workflow, name, value, definitions))
  }
  for (const text of overrides.set ?? []) attempt(() => readSetting(workflow, text, definitions))
  if (problems.length > 0) throw WorkflowError.ofProblems(problems, 'invalid_override')
  return assignments.reduce(assign, workflow)
}

/** The parameters of a workflow with what their inputs hold and take, for `--help` and forms. */
export function listParameters(workflow: Workflow, types?: Definitions): (Parameter & ParameterState)[] {
  const definitions = types && withSubgraphDefinitions(workflow, types)
  return (workflow.parameters ?? []).map((parameter) => {
    const node = workflow.nodes.find(({ id }) => id === parameter.node)
    const definition = node && definitionOf(node, parameter.input, definitions)
    const value = node && (ownLiteral(node, parameter.input) ?? definition?.default)
    return { ...parameter, ...(value !== undefined && { value }), ...(definition && { definition }) }
  })
}

/** What a parameter stands at. */
export interface ParameterState {
  readonly value?: Json
  readonly definition?: InputDefinition
}

function readParameter(workflow: Workflow, name: string, value: Json, definitions?: Definitions): Assignment {
  const parameters = workflow.parameters ?? []
  const plain = (text: string) => text.replaceAll('-', '_')
  const exact = parameters.find((one) => one.name === name)
  const parameter = exact ?? parameters.find((one) => plain(one.name) === plain(name))
  if (parameter === undefined) {
    const names = parameters.map((one) => one.name)
    throw new WorkflowError({
      code: 'unknown_parameter',
      problem: `the workflow has no parameter "${name}"`,
      remedy: didYouMean(name, names) ?? listed(names, 'parameter') ?? 'Set an input instead: --set node.input=value.',
    })
  }
  const node = workflow.nodes.find(({ id }) => id === parameter.node)
  if (node === undefined) {
    const problem = `parameter "${name}" means node ${parameter.node}, which the workflow does not have`
    throw new WorkflowError({ code: 'unknown_parameter', problem, remedy: 'Correct the parameter in the file.' })
  }
  const { input } = parameter
  return { node, input, value: typeof value === 'string' ? readAs(node, input, value, definitions) : value }
}

function readSetting(workflow: Workflow, text: string, definitions?: Definitions): Assignment {
  const equals = text.indexOf('=')
  const target = equals < 0 ? text : text.slice(0, equals)
  if (equals < 0 || !target.includes('.')) {
    const problem = `expected node.input=value, got ${shortText(text)}`
    throw new WorkflowError({ code: 'invalid_override', problem, remedy: 'For example: --set sampler.steps=30.' })
  }
  const { node, input } = findTarget(workflow, target)
  checkInput(node, input, definitions)
  return { node, input, value: readAs(node, input, text.slice(equals + 1), definitions) }
}

/** The node and input that `node.input` means. Ids may hold dots themselves; the longest that exists is taken. */
function findTarget(workflow: Workflow, target: string): { node: WorkflowNode; input: string } {
  const nodes = new Map(workflow.nodes.map((node) => [node.id, node]))
  for (let dot = target.lastIndexOf('.'); dot > 0; dot = target.lastIndexOf('.', dot - 1)) {
    const node = nodes.get(target.slice(0, dot))
    if (node) return { node, input: target.slice(dot + 1) }
  }
  const id = target.slice(0, target.lastIndexOf('.'))
  throw new WorkflowError({
    code: 'unknown_node',
    problem: `the workflow has no node "${id}"`,
    remedy: didYouMean(id, nodes.keys()) ?? listed([...nodes.keys()], 'node'),
  })
}

function checkInput(node: WorkflowNode, input: string, definitions?: Definitions): void {
  const inputs = definitions?.get(node.type)?.inputs.filter(({ hidden }) => hidden === undefined)
  if (inputs === undefined || inputs.some(({ name }) => name === input)) return
  const names = inputs.map(({ name }) => name)
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
  return definitions?.get(node.type)?.inputs.find(({ name }) => name === input)
}

function ownLiteral({ inputs = {} }: WorkflowNode, name: string): Json | undefined {
  const value = Object.hasOwn(inputs, name) ? inputs[name] : undefined
  return value === undefined || isLink(value) ? undefined : literalOf(value)
}

function assign(workflow: Workflow, { node, input, value }: Assignment): Workflow {
  const nodes = workflow.nodes.map((one) => (one.id === node.id ? withInput(one, input, inputOf(value)) : one))
  return { ...workflow, nodes }
}

/** Built from entries: assigning to a name such as `__proto__` would not set an input. */
function withInput(node: WorkflowNode, input: string, value: InputValue): WorkflowNode {
  const inputs = new Map(Object.entries(node.inputs ?? {})).set(input, value)
  return { ...node, inputs: Object.fromEntries(inputs) }
}
