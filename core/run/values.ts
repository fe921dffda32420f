import { Blocked } from '../types/blocked.ts'
import { RawLink } from '../types/expansion.ts'
import { shortText } from '../types/json.ts'
import { literalProblem, type LiteralProblem } from '../types/literal.ts'
import type { NodeType } from '../types/node-type.ts'
import type { HiddenValues } from '../types/port.ts'
import { alwaysFits, socketText, type SocketType } from '../types/socket.ts'
import type { TypedValue } from '../types/value-type.ts'
import type { NodeRef } from '../workflow/problem.ts'
import { WorkflowError } from '../workflow/workflow-error.ts'
import { copyValue } from './copy-value.ts'
import { itemsOf } from './lists.ts'
import type { GivenInput, LinkInput, PlannedInput, PlannedNode } from './planned-node.ts'

/** What has arrived at each input of a node, in their order: `undefined` for what no link brings, or not yet. */
export type Arrivals = readonly Arrived[]
type Arrived = TypedValue | undefined

/** The value that blocks a node, if there is one: anything blocked that it would have got. */
export function blockedAmong(arrivals: Arrivals, wholeLists: boolean): Blocked | undefined {
  for (const arrived of arrivals) {
    if (arrived === undefined) continue
    if (arrived.value instanceof Blocked) return arrived.value
    if (!wholeLists || !arrived.each) continue
    const blocked = itemsOf(arrived).find((item) => item instanceof Blocked)
    if (blocked instanceof Blocked) return blocked
  }
  return undefined
}

/** How a node gets its inputs. */
export interface Handing {
  /** What only the engine knows. */
  hidden(kind: keyof HiddenValues): unknown
  /** Whether it gets copies of what it could spoil: plugins do. */
  readonly copies: boolean
}

/**
 * The values of a node's inputs by name, checked as they arrive: literals, what links brought, what only the engine
 * knows. The single inputs of a variadic port are one list; a node that takes whole lists gets a list for each.
 * @throws WorkflowError naming the input, when a value is not what the input takes
 */
export function inputValues(planned: PlannedNode, arrivals: Arrivals, handing: Handing): Record<string, unknown> {
  const { node, definition } = planned.registered
  const wholeLists = node.inputList === true
  const values: Record<string, unknown> = {}
  let gathered: Map<string, unknown[]> | undefined
  for (const { name, variadic } of definition.inputs) {
    if (!variadic) continue
    const list: unknown[] = []
    gathered ??= new Map()
    gathered.set(name, list)
    values[name] = wholeLists ? [list] : list
  }
  for (let index = 0; index < planned.inputs.length; index++) {
    const input = planned.inputs[index]!
    const { name } = input.definition
    const list = gathered?.get(name)
    const arrived = arrivals[index]
    if (wholeLists) {
      const items = listOf(input, planned, arrived, handing)
      if (list) for (const item of items) list.push(item)
      else values[name] = items
    } else {
      const value = singleOf(input, planned, arrived, handing)
      if (list) list.push(value)
      else values[name] = value
    }
  }
  return values
}

function listOf(input: PlannedInput, planned: PlannedNode, arrived: Arrived, handing: Handing): unknown[] {
  if (!arrived?.each || !isLinked(input)) return [singleOf(input, planned, arrived, handing)]
  const { type } = arrived.each
  return itemsOf(arrived).map((value) => handedOver(input, planned, { type, value }, handing))
}

function singleOf(input: PlannedInput, planned: PlannedNode, arrived: Arrived, handing: Handing): unknown {
  switch (input.kind) {
    case 'literal':
      return handing.copies ? copyValue(input.value) : input.value
    case 'hidden':
      return handing.hidden(input.definition.hidden!)
    case 'raw':
      return new RawLink(input.from, input.output)
    case 'link':
    case 'given':
      return arrived === undefined ? undefined : handedOver(input, planned, arrived, handing)
    default:
      return input satisfies never
  }
}

function handedOver(input: Linked, planned: PlannedNode, arrived: TypedValue, { copies }: Handing): unknown {
  const value = checkedValue(input, planned, arrived)
  return copies ? copyValue(value, arrived.type) : value
}

type Linked = LinkInput | GivenInput

/** Whether something comes in that was not written into the workflow. */
export function isLinked(input: PlannedInput): input is Linked {
  return input.kind === 'link' || input.kind === 'given'
}

/** Checks on arrival what could not be known when the link was drawn: members of unions, `any`, ranges and choices. */
function checkedValue(input: Linked, { registered, ref }: PlannedNode, { type, value }: TypedValue): unknown {
  const { definition } = input
  if (value === undefined && (!definition.required || definition.lazy)) return undefined
  const port = registered.node.inputs[definition.name]!
  const fits = () => (definition.variadic ? port.type.check(value) : port.accepts(value))
  if (!alwaysFits(type.socket, definition.socket) && !fits()) {
    throw refuse(input, ref, wrongValue(definition.socket, value))
  }
  const problem = isScalar(value) ? literalProblem(definition, value) : undefined
  if (problem) throw refuse(input, ref, problem)
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

function refuse({ from, output, slot }: Linked, node: NodeRef, what: Refusal): WorkflowError {
  const source = from === undefined ? '' : ` from output "${output}" of node ${from}`
  return new WorkflowError({ ...what, node, input: slot, problem: `${what.problem}${source}` })
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
    if (isLeftOut || value instanceof Blocked || port.accepts(value)) continue
    const expected = `${port.data.each ? 'a list of ' : ''}${socketText(port.type.socket)}`
    throw wrongOutput(`output "${name}" should be ${expected}, got ${shortText(value)}`)
  }
}

/** @throws WorkflowError `wrong_output` when an output that is not optional is missing. */
export function checkComplete(node: NodeType, values: Map<string, unknown>): void {
  for (const name in node.outputs) {
    if (values.has(name)) continue
    if (!node.outputs[name]!.isOptional) throw wrongOutput(`it gave no output "${name}"`)
    values.set(name, undefined) // so that whoever reads it finds that there is none
  }
}

/** A node published one value for an output and then returned another: its readers have the first. */
export function changedOutput(name: string): WorkflowError {
  return wrongOutput(`it published output "${name}" and then returned another value for it`)
}

/** A node broke what it declares. */
export function wrongOutput(problem: string): WorkflowError {
  return new WorkflowError({ code: 'wrong_output', problem, remedy: 'This is a mistake in the node; tell its author.' })
}
