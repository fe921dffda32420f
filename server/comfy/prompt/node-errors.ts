/** What is wrong with a workflow, in ComfyUI's words: by node, each with the outputs that can't be made because of it. */
import type { Definitions } from '../../../core/types/definition.ts'
import type { Json, JsonObject } from '../../../core/types/json.ts'
import { problemText, type Problem, type ProblemCode } from '../../../core/workflow/problem.ts'
import { inputNamed } from '../../../core/workflow/validate-file.ts'
import { isLink, literalOf, type Workflow, type WorkflowNode } from '../../../core/workflow/workflow.ts'
import { inputSpec } from '../object-info/input-spec.ts'
import { refusal, type ComfyError, type ComfyRefusal, type NodeErrors } from '../errors.ts'
import { noOutputs } from './read.ts'

/** ComfyUI's sentences. */
const MESSAGES: Partial<Record<ProblemCode, string>> = {
  required_input_missing: 'Required input is missing',
  bad_linked_input: 'Bad linked input, must be a length-2 list of [node_id, slot_index]',
  return_type_mismatch: 'Return type mismatch between linked nodes',
  invalid_input_type: 'Failed to convert an input value',
  value_smaller_than_min: 'Value smaller than its minimum',
  value_bigger_than_max: 'Value bigger than its maximum',
  value_not_in_list: 'Value not in list',
  custom_validation_failed: 'Custom validation failed for node',
  exception_during_validation: 'Exception when validating node',
  dependency_cycle: 'Exception when validating inner node',
}
/** Codes that ComfyUI calls otherwise. */
const TYPES: Partial<Record<ProblemCode, string>> = { dependency_cycle: 'exception_during_inner_validation' }

/** Nodes whose outputs are looked for: beyond it nobody reads. */
const MOST_TRACED = 200

/** Errors by node, for the reply. */
export function nodeErrors(
  problems: readonly Problem[], bad: readonly string[], workflow: Workflow, definitions: Definitions,
): Record<string, NodeErrors> {
  const byNode = new Map<string, Problem[]>()
  for (const problem of problems) {
    const id = problem.node?.id
    if (id !== undefined) byNode.set(id, [...(byNode.get(id) ?? []), problem])
  }
  const nodes = new Map(workflow.nodes.map((node) => [node.id, node]))
  const dependents = dependentsIn(workflow, new Set(bad))
  return Object.fromEntries([...byNode].map(([id, its], index): [string, NodeErrors] => [id, {
    errors: its.map((problem) => comfyError(problem, nodes.get(id), definitions)),
    dependent_outputs: index < MOST_TRACED ? dependents(id) : [],
    class_type: its[0]!.node!.type,
  }]))
}

/** Why nothing of a workflow is queued. */
export function refusalOfAll(problems: readonly Problem[], nodes: Readonly<Record<string, NodeErrors>>): ComfyRefusal {
  const whole = problems.filter(({ node }) => node === undefined)
  const empty = whole.find(({ code }) => code === 'prompt_no_outputs')
  if (empty !== undefined && Object.keys(nodes).length === 0) return noOutputs(problemText(empty))
  const details = problems.slice(0, 50).map((problem) => `* ${problemText(problem)}`).join('\n')
  return refusal(400, 'prompt_outputs_failed_validation', 'Prompt outputs failed validation', details, {}, nodes)
}

function comfyError(problem: Problem, node: WorkflowNode | undefined, definitions: Definitions): ComfyError {
  const { code, input, problem: what, remedy } = problem
  return {
    type: TYPES[code] ?? code,
    message: MESSAGES[code] ?? `${what.charAt(0).toUpperCase()}${what.slice(1)}`,
    details: problemText({ code, problem: input === undefined ? what : `${input}: ${what}`, ...(remedy !== undefined && { remedy }) }),
    extra_info: input === undefined ? {} : inputInfo(input, node, definitions),
  }
}

/** The input as the node type has it, and what stands there. */
function inputInfo(input: string, node: WorkflowNode | undefined, definitions: Definitions): JsonObject {
  const definition = node && definitions.get(node.type)
  const declared = definition && inputNamed(definition, input)
  const value = node?.inputs !== undefined && Object.hasOwn(node.inputs, input) ? node.inputs[input] : undefined
  const received: Json | undefined = value !== undefined && isLink(value) ? [value.from, value.output] : value && literalOf(value)
  return {
    input_name: input,
    ...(declared !== undefined && { input_config: inputSpec(declared) }),
    ...(received !== undefined && declared?.secret !== true && { received_value: received }),
    ...(value !== undefined && isLink(value) && { linked_node: [value.from, value.output] }),
  }
}

/** Which of the outputs that can't be made are reached from a node. */
function dependentsIn({ nodes }: Workflow, bad: ReadonlySet<string>): (id: string) => string[] {
  const readers = new Map<string, string[]>()
  for (const { id, inputs = {} } of nodes) {
    for (const value of Object.values(inputs)) {
      if (isLink(value)) readers.set(value.from, [...(readers.get(value.from) ?? []), id])
    }
  }
  return (id) => {
    const reached = new Set([id])
    for (const one of reached) for (const reader of readers.get(one) ?? []) reached.add(reader) // grows while it is walked
    return [...reached].filter((one) => bad.has(one))
  }
}
