import type { ResultCache } from './cache.ts'
import type { Facts, MemoryNeed } from '../types/facts.ts'
import type { NodeRef } from '../workflow/problem.ts'
import { WorkflowError } from '../workflow/workflow-error.ts'
import { knownInputs } from './constants.ts'
import type { RunEvent } from './events.ts'
import { factsContext, type KnownFacts } from './facts.ts'
import { hookFailure, type HookHost } from './hooks.ts'
import type { RunOptions } from './host.ts'
import type { Plan } from './plan.ts'
import type { KeyedNode } from './run-graph.ts'
import { runWorkflow, type RunResult } from './run.ts'
import { workloadOf, type Workload } from './workload.ts'

/** What a dry run needs: what a run would be given, and which results there are. */
export interface DryRunOptions extends Omit<RunOptions, 'cache' | 'onPlan' | 'onEvent'> {
  /** Whether there is a result under a key. */
  has(key: string): Promise<boolean>
}

/** What a run would do. */
export interface DryRun {
  readonly nodes: readonly DryNode[]
  /** What would not be made, with the reasons. */
  readonly dropped: RunResult['dropped']
  readonly seeds: NonNullable<Started['seeds']>
  readonly prompts: NonNullable<Started['prompts']>
}

/** One node of a dry run. */
export interface DryNode {
  /** Its path; for a node of the file, its id. */
  readonly node: string
  /** Of its result. */
  readonly key: string
  readonly ref: NodeRef
  /** `maybe`: only if a lazy input asks for it. */
  readonly runs: 'yes' | 'no' | 'maybe'
  /** How often, for a node that is mapped over a list, where that is known. */
  readonly times?: number
  /** What is known of its outputs. */
  readonly facts?: Facts
  /** What it takes in memory, where it says. */
  readonly memory?: MemoryNeed
  /** How much work it is, for a node that runs. */
  readonly work?: Workload
}

type Started = Extract<RunEvent, { type: 'run.started' }>

/**
 * Says what a run would do: goes the way of a run up to its plan, and asks the nodes that would run what they take.
 * @throws WorkflowError for a workflow that can't be run
 */
export async function dryRun(source: unknown, { has, ...options }: DryRunOptions): Promise<DryRun> {
  const stop = new AbortController()
  const signal = options.signal ? AbortSignal.any([stop.signal, options.signal]) : stop.signal
  let plan: Plan | undefined
  let started: Started | undefined
  const result = await runWorkflow(source, {
    ...options, signal, cache: presence(has),
    onPlan: (made) => {
      plan = made
      stop.abort() // nothing starts
    },
    onEvent: (event) => {
      if (event.type === 'run.started') started = event
    },
  })
  result.release()
  if (plan === undefined) throw result.error ?? new DOMException('the dry run was cancelled', 'AbortError')
  const nodes = await describe(plan, { ...plan.graph.hooks, signal: options.signal ?? new AbortController().signal })
  return { nodes, dropped: result.dropped, seeds: started?.seeds ?? [], prompts: started?.prompts ?? [] }
}

async function describe(plan: Plan, host: HookHost): Promise<DryNode[]> {
  const all = [...plan.graph.nodes]
  const { facts } = plan.graph
  const times = new Map(plan.summary.mapped?.map(({ node, count }) => [node, count]))
  const running = new Set(plan.run.map(({ path }) => path))
  const lazy = new Set(plan.summary.lazy)
  return Promise.all(all.map(async (node): Promise<DryNode> => {
    const runs = running.has(node.path) ? 'yes' : lazy.has(node.path) ? 'maybe' : 'no'
    const memory = runs === 'no' ? undefined : await memoryOf(node, facts, host)
    const [count, known] = [times.get(node.path), facts.get(node.path)]
    const work = runs === 'no' ? undefined : await workloadOf(node, { facts, host }, count)
    return {
      node: node.path, key: node.key, ref: { ...node.ref, id: node.path }, runs,
      ...(count !== undefined && { times: count }), ...(known && { facts: known }), ...(memory && { memory }), ...(work && { work }),
    }
  }))
}

async function memoryOf(node: KeyedNode, facts: KnownFacts, host: HookHost): Promise<MemoryNeed | undefined> {
  const hook = node.registered.node.memory
  if (hook === undefined) return undefined
  try {
    return await hook(knownInputs(node, host.constants), await factsContext(node, (path) => facts.get(path), host))
  } catch (error) {
    throw error instanceof WorkflowError ? error : new WorkflowError(hookFailure('memory', node, error), { cause: error })
  }
}

/** A cache that only says whether a result is there: its results hold nothing. */
function presence(has: (key: string) => Promise<boolean>): ResultCache {
  const empty = { outputs: new Map(), warnings: [], bytes: 0, seconds: 0 }
  return { get: async (key) => ((await has(key)) ? empty : undefined), set: () => {} }
}
