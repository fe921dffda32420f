import { hash } from 'node:crypto'
import type { Json } from '../types/json.ts'
import { WorkflowError } from '../workflow/workflow-error.ts'
import { knownInputs, knownValue } from './constants.ts'
import { factsContext, type KnownFacts } from './facts.ts'
import { withinLimit } from './hook-answers.ts'
import { hookFailure, type HookHost } from './hooks.ts'
import type { PlannedNode } from './planned-node.ts'

/** How much work a node is, as far as that is known before it runs. Holds no values, only hashes of what makes the cost. */
export interface Workload {
  readonly type: string
  readonly version: number
  /** A hash of its numbers and choices, of what is known of its inputs and outputs, and of how often it runs. */
  readonly size: string
  /** A hash of its numbers and choices alone; absent where facts say what its size is. */
  readonly numbers?: string
  /** Work in the unit of its type. */
  readonly cost?: number
}

/** What is known of a graph before it runs. */
export interface KnownGraph {
  readonly facts: KnownFacts
  readonly host: HookHost
}

/**
 * How much work a node is.
 * @param times how often it runs, where it is mapped over a list
 * @throws WorkflowError when its `cost` hook fails
 */
export async function workloadOf(planned: PlannedNode, { facts, host }: KnownGraph, times = 1): Promise<Workload> {
  const { node } = planned.registered
  const context = await factsContext(planned, (path) => facts.get(path), host)
  const known = [context.facts, facts.get(planned.path) ?? {}]
  const numbers = numbersOf(planned, host)
  const cost = node.cost && await askCost(planned, () => node.cost!(knownInputs(planned, host.constants), context))
  return {
    type: node.type, version: node.version, size: shortHash([known, numbers, times]),
    ...(known.every((one) => Object.keys(one).length === 0) && { numbers: shortHash([numbers, times]) }),
    ...(cost !== undefined && Number.isFinite(cost) && cost > 0 && { cost: cost * times }),
  }
}

async function askCost(planned: PlannedNode, ask: () => unknown): Promise<number | undefined> {
  try {
    const cost = await withinLimit(ask())
    return typeof cost === 'number' ? cost : undefined
  } catch (error) {
    throw error instanceof WorkflowError ? error : new WorkflowError(hookFailure('cost', planned, error), { cause: error })
  }
}

/** Numbers, yes or no, and choices; seeds and texts don't make work. */
function numbersOf({ inputs }: PlannedNode, { constants }: HookHost): Json[] {
  return inputs.flatMap((input): Json[] => {
    const { definition: { seed, choices }, slot } = input
    const value = seed ? undefined : knownValue(input, constants)
    const isChoice = typeof value === 'string' && choices !== undefined
    return isChoice || typeof value === 'number' || typeof value === 'boolean' ? [[slot, value]] : []
  })
}

const shortHash = (json: unknown): string => hash('sha256', JSON.stringify(json), 'base64url').slice(0, 16)
