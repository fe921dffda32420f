import type { Registry } from '../plugins/registry.ts'
import type { Definitions, InputDefinition, NodeDefinition } from '../types/definition.ts'
import type { Json } from '../types/json.ts'
import type { HookContext, NodeType, Paths } from '../types/node-type.ts'
import type { SocketType } from '../types/socket.ts'
import type { Problem } from '../workflow/problem.ts'
import { WorkflowError } from '../workflow/workflow-error.ts'
import type { PlannedInput, PlannedNode } from './planned-node.ts'

/** What hooks are given of the run. */
export interface HookHost {
  readonly paths: Paths
  readonly signal: AbortSignal
}

/** Socket types of outputs, by node path and output name. */
export type SocketOf = (path: string, output: string) => SocketType

/** Asks the `validate` hooks of some nodes, all at once; gives what they complain about, in the order of the nodes. */
export async function askValidateHooks(
  nodes: readonly PlannedNode[],
  socketOf: SocketOf,
  host: HookHost,
): Promise<Problem[]> {
  const asked = nodes.filter(({ registered }) => registered.node.validate)
  const answers = await Promise.all(asked.map((node) => validateProblems(node, socketOf, host)))
  return answers.flat()
}

async function validateProblems(planned: PlannedNode, socketOf: SocketOf, host: HookHost): Promise<Problem[]> {
  const { ref, registered } = planned
  try {
    const complaints = await registered.node.validate?.(literalInputs(planned), hookContext(planned, socketOf, host))
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
export async function askFingerprint(
  planned: PlannedNode,
  socketOf: SocketOf,
  host: HookHost,
): Promise<Json | undefined> {
  try {
    return await planned.registered.node.fingerprint?.(literalInputs(planned), hookContext(planned, socketOf, host))
  } catch (error) {
    throw new WorkflowError(hookFailure('fingerprint', planned, error), { cause: error })
  }
}

function hookFailure(hook: string, { ref }: PlannedNode, error: unknown): Problem {
  const message = error instanceof Error ? error.message : String(error)
  return { code: 'exception_during_validation', node: ref, problem: `its ${hook} hook failed: ${message}` }
}

function literalInputs({ inputs }: PlannedNode): Record<string, unknown> {
  return Object.fromEntries(inputs.filter(isLiteral).map(({ definition, value }) => [definition.name, value]))
}

function isLiteral(input: PlannedInput): input is Extract<PlannedInput, { kind: 'literal' }> {
  return input.kind === 'literal'
}

function hookContext({ ref, inputs }: PlannedNode, socketOf: SocketOf, { paths, signal }: HookHost): HookContext {
  const linked = new Map<string, SocketType>()
  for (const input of inputs) {
    if (input.kind === 'link') linked.set(input.definition.name, socketOf(input.from, input.output))
  }
  return { node: ref, paths, signal, linked }
}

/**
 * The definitions of some node types (all, when none are named) with their computed choices looked up.
 * @throws WorkflowError when a choice can't be looked up; it names the node type and the input.
 */
export async function resolveChoices(
  registry: Registry,
  host: HookHost,
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

async function withChoices(node: NodeType, definition: NodeDefinition, host: HookHost): Promise<NodeDefinition> {
  if (!definition.inputs.some(({ computed }) => computed)) return definition
  const inputs = await Promise.all(definition.inputs.map((input) => inputWithChoices(node, input, host)))
  return { ...definition, inputs }
}

async function inputWithChoices(node: NodeType, input: InputDefinition, host: HookHost): Promise<InputDefinition> {
  const compute = node.inputs[input.name]?.computeChoices
  if (compute === undefined) return input
  try {
    return { ...input, choices: await compute(host) }
  } catch (error) {
    const problem = `the choices of ${node.type}, input "${input.name}", could not be looked up: ${String(error)}`
    throw new WorkflowError({ code: 'exception_during_validation', problem }, { cause: error })
  }
}
