import { shortText } from '../types/json.ts'
import { literalProblem, type LiteralProblem } from '../types/literal.ts'
import type { NodeType } from '../types/node-type.ts'
import type { HiddenValues } from '../types/port.ts'
import { alwaysFits, socketText, type SocketType } from '../types/socket.ts'
import type { TypedValue } from '../types/value-type.ts'
import type { NodeRef } from '../workflow/problem.ts'
import { WorkflowError } from '../workflow/workflow-error.ts'
import type { PlannedInput } from './planned-node.ts'
import type { Step } from './step.ts'

type LinkInput = Extract<PlannedInput, { kind: 'link' }>

/**
 * The values of a step's inputs, by name: literals, what its sources gave, and what only the engine knows.
 * @throws WorkflowError naming the input, when a linked value is not what the input takes.
 */
export function collectInputs(
  step: Step,
  sources: ReadonlyMap<string, Step>,
  hidden: HiddenValues,
): Record<string, unknown> {
  const values: Record<string, unknown> = {}
  for (const input of step.planned.inputs) {
    const { name } = input.definition
    if (input.kind === 'literal') values[name] = input.value
    else if (input.kind === 'hidden') values[name] = hidden[input.definition.hidden!]
    else values[name] = linkedValue(input, step, sources.get(input.from)!.values.get(input.output)!)
  }
  return values
}

/** Checks on arrival what could not be known when the link was drawn: members of unions, `any`, ranges and choices. */
function linkedValue(input: LinkInput, { planned }: Step, { type, value }: TypedValue): unknown {
  const { definition } = input
  const port = planned.registered.node.inputs[definition.name]!
  if (value === undefined && !definition.required) return undefined
  const isKnown = alwaysFits(type.socket, definition.socket)
  if (!isKnown && !port.accepts(value)) throw refuse(input, planned.ref, wrongValue(definition.socket, value))
  const problem = isScalar(value) ? literalProblem(definition, value) : undefined
  if (problem) throw refuse(input, planned.ref, problem)
  return value
}

function isScalar(value: unknown): boolean {
  return typeof value === 'number' || typeof value === 'string'
}

interface WrongType {
  readonly code: 'return_type_mismatch'
  readonly problem: string
}

function wrongValue(socket: SocketType, value: unknown): WrongType {
  return { code: 'return_type_mismatch', problem: `expected ${socketText(socket)}, got ${shortText(value)}` }
}

type Refusal = LiteralProblem | WrongType

function refuse({ from, output, definition }: LinkInput, node: NodeRef, what: Refusal): WorkflowError {
  const problem = `${what.problem} from output "${output}" of node ${from}`
  return new WorkflowError({ ...what, node, input: definition.name, problem })
}

/**
 * Checks what a node returned or published against what it declares.
 * @throws WorkflowError `wrong_output` for a name that is not declared or a value of another type.
 */
export function checkOutputs(node: NodeType, values: ReadonlyMap<string, unknown>): void {
  for (const [name, value] of values) {
    const port = Object.hasOwn(node.outputs, name) ? node.outputs[name] : undefined
    if (port === undefined) {
      const declared = Object.keys(node.outputs).join(', ') || 'none'
      throw wrongOutput(`it gave an output "${name}", but declares ${declared}`)
    }
    const isLeftOut = value === undefined && port.isOptional
    if (!isLeftOut && !port.accepts(value)) {
      throw wrongOutput(`output "${name}" should be ${socketText(port.type.socket)}, got ${shortText(value)}`)
    }
  }
}

/** @throws WorkflowError `wrong_output` when an output that is not optional is missing. */
export function checkComplete(node: NodeType, values: Map<string, unknown>): void {
  for (const [name, port] of Object.entries(node.outputs)) {
    if (values.has(name)) continue
    if (!port.isOptional) throw wrongOutput(`it gave no output "${name}"`)
    values.set(name, undefined) // so that whoever reads it finds that there is none
  }
}

/** A node published one value for an output and then returned another: its readers have the first. */
export function changedOutput(name: string): WorkflowError {
  return wrongOutput(`it published output "${name}" and then returned another value for it`)
}

function wrongOutput(problem: string): WorkflowError {
  return new WorkflowError({ code: 'wrong_output', problem, remedy: 'This is a mistake in the node; tell its author.' })
}
