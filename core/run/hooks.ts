import type { Registry } from '../plugins/registry.ts'
import type { Definitions, InputDefinition, NodeDefinition } from '../types/definition.ts'
import { thrownText, type Json } from '../types/json.ts'
import type { PortCheck } from '../types/expansion.ts'
import type { HookContext, NodeType, Paths } from '../types/node-type.ts'
import type { SocketType } from '../types/socket.ts'
import type { Problem } from '../workflow/problem.ts'
import { WorkflowError } from '../workflow/workflow-error.ts'
import { knownInputs, knownValue, type Constants } from './constants.ts'
import { checkComplaint, checkComplaints, checkFingerprint, withinLimit } from './hook-answers.ts'
import type { PlannedInput, PlannedNode } from './planned-node.ts'

/** What looking up choices needs of the run. */
export interface ChoiceHost {
  readonly paths: Paths
  readonly signal: AbortSignal
}

/** What hooks are given of the run. */
export interface HookHost extends ChoiceHost {
  readonly socketOf: SocketOf
  readonly constants: Constants
}

/** Socket types of outputs, by node path and output name. */
export type SocketOf = (path: string, output: string) => SocketType

/** Asks the checks of some nodes and their ports, all at once; gives what they find wrong, in the order of the nodes. */
export async function askValidateHooks(nodes: readonly PlannedNode[], host: HookHost): Promise<Problem[]> {
  const asked = nodes.filter(({ registered }) => registered.definition.hooks.validate)
  const answers = await Promise.all(asked.map((node) => validateProblems(node, host)))
  return answers.flat()
}

async function validateProblems(planned: PlannedNode, host: HookHost): Promise<Problem[]> {
  const ofPorts = await Promise.all(planned.inputs.map((input) => portProblems(input, planned, host)))
  return [...ofPorts.flat(), ...(await nodeProblems(planned, host))]
}

async function portProblems(input: PlannedInput, planned: PlannedNode, host: HookHost): Promise<Problem[]> {
  const check = planned.registered.node.inputs[input.definition.name]!.validate
  const value = knownValue(input, host.constants)
  if (check === undefined || value === undefined) return []
  try {
    const problem = await askPortCheck(check, value, input.slot, planned, host.signal)
    return problem ? [problem] : []
  } catch (error) {
    return [{ ...hookFailure('validate', planned, error), input: input.slot }]
  }
}

/** What a port's own check says of a value; `undefined` when it finds nothing wrong. */
export async function askPortCheck(
  check: PortCheck<never>,
  value: unknown,
  slot: string,
  { ref }: PlannedNode,
  signal: AbortSignal,
): Promise<Problem | undefined> {
  // The value has been checked to be of the port's type, which is what its check takes.
  const complaint = await withinLimit(check(value as never, { signal, node: ref }))
  checkComplaint(complaint)
  if (complaint === undefined) return undefined
  const said = typeof complaint === 'string' ? { problem: complaint } : complaint
  return { code: 'custom_validation_failed', node: ref, input: slot, ...said }
}

async function nodeProblems(planned: PlannedNode, host: HookHost): Promise<Problem[]> {
  const { ref, registered } = planned
  try {
    const asked = registered.node.validate?.(knownInputs(planned, host.constants), hookContext(planned, host))
    const complaints = await withinLimit(asked)
    checkComplaints(complaints)
    return (complaints ?? []).map((complaint) => ({ code: 'custom_validation_failed', node: ref, ...complaint }))
  } catch (error) {
    if (error instanceof WorkflowError) return error.problems.map((problem) => ({ node: ref, ...problem }))
    return [hookFailure('validate', planned, error)]
  }
}

/**
 * Asks a node for its fingerprint; `undefined` where it has none.
 * @throws WorkflowError when the hook fails: a result that can't be keyed must not be looked up.
 */
export async function askFingerprint(planned: PlannedNode, host: HookHost): Promise<Json | undefined> {
  const { node } = planned.registered
  if (node.fingerprint === undefined) return undefined
  try {
    const answer = await withinLimit(node.fingerprint(knownInputs(planned, host.constants), hookContext(planned, host)))
    checkFingerprint(answer)
    return answer
  } catch (error) {
    throw new WorkflowError(hookFailure('fingerprint', planned, error), { cause: error })
  }
}

/** A hook that threw what is no WorkflowError. */
export function hookFailure(hook: string, { ref }: PlannedNode, error: unknown): Problem {
  const message = thrownText(error)
  return { code: 'exception_during_validation', node: ref, problem: `its ${hook} hook failed: ${message}` }
}

/** What hooks of a node may look at: the types of what is linked, the node itself, and the run. */
export function hookContext({ ref, inputs }: PlannedNode, { socketOf, paths, signal }: HookHost): HookContext {
  const linked = new Map<string, SocketType>()
  for (const input of inputs) {
    if (input.kind === 'link' || input.kind === 'raw') linked.set(input.slot, socketOf(input.from, input.output))
  }
  return { node: ref, paths, signal, linked }
}

/**
 * The definitions of some node types (all, when none are named) with their computed choices looked up.
 * @throws WorkflowError when a choice can't be looked up; it names the node type and the input.
 */
export async function resolveChoices(
  registry: Registry,
  host: ChoiceHost,
  types: Iterable<string> = registry.nodes.keys(),
): Promise<Definitions> {
  const names = [...new Set(types)].filter((type) => registry.nodes.has(type))
  const definitions = await Promise.all(
    names.map(async (name) => {
      const { node, definition } = registry.nodes.get(name)!
      return [name, await withChoices(node, definition, host)] as const
    }),
  )
  return new Map(definitions)
}

async function withChoices(node: NodeType, definition: NodeDefinition, host: ChoiceHost): Promise<NodeDefinition> {
  if (!definition.inputs.some(({ computed }) => computed)) return definition
  const inputs = await Promise.all(definition.inputs.map((input) => inputWithChoices(node, input, host)))
  return { ...definition, inputs }
}

async function inputWithChoices(node: NodeType, input: InputDefinition, host: ChoiceHost): Promise<InputDefinition> {
  const compute = node.inputs[input.name]?.computeChoices
  if (compute === undefined) return input
  try {
    return { ...input, choices: await compute(host) }
  } catch (error) {
    const problem = `the choices of ${node.type}, input "${input.name}", could not be looked up: ${thrownText(error)}`
    throw new WorkflowError({ code: 'exception_during_validation', problem }, { cause: error })
  }
}
