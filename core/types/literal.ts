import type { InputDefinition } from './definition.ts'
import { shortText } from './json.ts'
import { ANY, isList, isUnion, socketText, type SocketType } from './socket.ts'
import { WITHHELD } from './withheld.ts'

/** What is wrong with a value written into a workflow, in ComfyUI's codes. */
export interface LiteralProblem {
  readonly code: 'required_input_missing' | 'invalid_input_type' | 'value_smaller_than_min' | 'value_bigger_than_max' | 'value_not_in_list'
  readonly problem: string
  readonly remedy?: string
}

/** What a seed input may hold in place of a number: the engine draws one and records it. */
export const RANDOM_SEED = 'random'

/** What a seed input says of the runs of a batch in place of a number. */
export type SeedPolicy = { readonly kind: 'random' } | { readonly kind: 'increment'; readonly from: number }

/**
 * Reads a seed's policy: `random` draws a number for each run; `increment 43` gives the first run of a batch 43, the
 * next 44. `undefined` for anything else: a number stays as it is.
 */
export function seedPolicy(value: unknown): SeedPolicy | undefined {
  if (value === RANDOM_SEED) return { kind: 'random' }
  const from = typeof value === 'string' ? /^increment (0|[1-9]\d{0,15})$/.exec(value)?.[1] : undefined
  return from !== undefined && Number.isSafeInteger(Number(from)) ? { kind: 'increment', from: Number(from) } : undefined
}

const SHOWN_CHOICES = 12

/**
 * Says what is wrong with a value for an input, or `undefined` when it may stand there. Looks at the definition alone,
 * so that editor, server and worker agree; also used on scalars that arrive through a link.
 */
export function literalProblem(input: InputDefinition, value: unknown): LiteralProblem | undefined {
  if (input.seed && seedPolicy(value)) return undefined
  if (!literalFits(input.socket, value)) return wrongType(input, value)
  if (typeof value === 'number') return rangeProblem(input, value)
  if (typeof value === 'string') return withheldProblem(input, value) ?? choiceProblem(input, value)
  return Array.isArray(value) && isList(input.socket) ? itemProblem(input, input.socket.list, value) : undefined
}

/** Says what is wrong with the first item of a list that may not stand in it. */
function itemProblem(input: InputDefinition, socket: SocketType, items: readonly unknown[]): LiteralProblem | undefined {
  for (const [index, item] of items.entries()) {
    const wrong = literalProblem({ ...input, socket }, item)
    if (wrong) return { ...wrong, problem: `item ${index + 1} of ${items.length}: ${wrong.problem}` }
  }
  return undefined
}

/** Values that a produced file or a record was not given are asked for. */
function withheldProblem({ secret }: InputDefinition, value: string): LiteralProblem | undefined {
  if (!value.includes(WITHHELD)) return undefined
  return {
    code: 'required_input_missing',
    problem: `expected ${secret ? 'its secret value' : 'a text that holds a secret'}, which was withheld when this file or record was written`,
    remedy: 'Give it again: set NODE.INPUT=VALUE.',
  }
}

/** Whether a value of this socket type can be written into a workflow at all, rather than come through a link only. */
export function takesLiteral(socket: SocketType): boolean {
  if (isUnion(socket)) return socket.anyOf.some(takesLiteral)
  if (isList(socket)) return takesLiteral(socket.list)
  return socket === ANY || LITERAL_CHECKS.has(socket)
}

const LITERAL_CHECKS: ReadonlyMap<string, (value: unknown) => boolean> = new Map([
  ['INT', (value: unknown) => Number.isSafeInteger(value)],
  ['FLOAT', (value: unknown) => Number.isFinite(value)],
  ['STRING', (value: unknown) => typeof value === 'string'],
  ['COMBO', (value: unknown) => typeof value === 'string'],
  ['BOOLEAN', (value: unknown) => typeof value === 'boolean'],
])

function literalFits(socket: SocketType, value: unknown): boolean {
  if (socket === ANY) return value !== undefined
  if (isUnion(socket)) return socket.anyOf.some((member) => literalFits(member, value))
  if (isList(socket)) return Array.isArray(value) && value.every((item) => literalFits(socket.list, item))
  return LITERAL_CHECKS.get(socket)?.(value) ?? false
}

function wrongType(input: InputDefinition, value: unknown): LiteralProblem {
  if (!takesLiteral(input.socket)) {
    const type = socketText(input.socket)
    return {
      code: 'invalid_input_type',
      problem: `expected a link from an output of type ${type}, got the value ${shown(input, value)}`,
      remedy: 'Connect an output of that type.',
    }
  }
  return { code: 'invalid_input_type', problem: `expected ${expectation(input)}, got ${shown(input, value)}` }
}

function rangeProblem(input: InputDefinition, value: number): LiteralProblem | undefined {
  const { min = -Infinity, max = Infinity } = input
  const problem = `expected ${expectation(input)}, got ${value}`
  if (value < min) return { code: 'value_smaller_than_min', problem, remedy: `Set it to ${min} or more.` }
  if (value > max) return { code: 'value_bigger_than_max', problem, remedy: `Set it to ${max} or less.` }
  return undefined
}

function choiceProblem(input: InputDefinition, value: string): LiteralProblem | undefined {
  const { choices } = input
  if (choices === undefined || choices.includes(value)) return undefined
  if (choices.length === 0) {
    return { code: 'value_not_in_list', problem: `got ${shown(input, value)}, but there is nothing to choose from` }
  }
  return {
    code: 'value_not_in_list',
    problem: `expected ${expectation(input)}, got ${shown(input, value)}`,
    remedy: `Choose one of: ${listed(choices)}.`,
  }
}

/** A value in a message; what is secret is not repeated. */
function shown({ secret }: InputDefinition, value: unknown): string {
  return secret && value !== null && value !== undefined ? 'a value that is not shown' : shortText(value)
}

/** What an input takes, in words: "a whole number from 1 to 64". */
function expectation(input: InputDefinition): string {
  if (input.choices !== undefined) return 'one of its choices'
  const { socket } = input
  if (socket === 'INT') return `a whole number${rangeText(input)}`
  if (socket === 'FLOAT') return `a number${rangeText(input)}`
  if (socket === 'STRING' || socket === 'COMBO') return 'a text'
  if (socket === 'BOOLEAN') return 'true or false'
  return `a value of type ${socketText(socket)}`
}

function rangeText({ min, max }: InputDefinition): string {
  if (min !== undefined && max !== undefined) return ` from ${min} to ${max}`
  if (min !== undefined) return ` of ${min} or more`
  return max === undefined ? '' : ` of ${max} or less`
}

function listed(choices: readonly string[]): string {
  const shown = choices.slice(0, SHOWN_CHOICES).join(', ')
  return choices.length > SHOWN_CHOICES ? `${shown} and ${choices.length - SHOWN_CHOICES} more` : shown
}
