import type { Redactor } from '../workflow/redact.ts'
import type { ResultCache } from './cache.ts'
import { explainPlan, type NodeExplanation } from './explain.ts'
import type { Environment, RunRecord } from './explain-record.ts'
import type { RunEvent } from './events.ts'
import type { RunOptions } from './host.ts'
import type { Plan } from './plan.ts'
import { runWorkflow } from './run.ts'

/** What explaining needs: what a run would be given, and which results there are. */
export interface ExplainOptions extends Omit<RunOptions, 'cache' | 'environment' | 'onPlan' | 'onEvent'> {
  readonly environment: Environment
  /** Whether there is a result under a key. */
  has(key: string): Promise<boolean>
  /** The record of the run to compare with. */
  readonly last?: RunRecord | undefined
  /** That the record was written with. */
  readonly redactor?: Redactor
}

/**
 * Says of every node of a workflow why it would run or not. Goes the way of a run up to its plan, and no further.
 * @throws WorkflowError for a workflow that can't be run
 */
export async function explainRun(source: unknown, { has, last, environment, redactor, ...options }: ExplainOptions): Promise<NodeExplanation[]> {
  const stop = new AbortController()
  const signal = options.signal ? AbortSignal.any([stop.signal, options.signal]) : stop.signal
  let plan: Plan | undefined
  let seeds: Extract<RunEvent, { type: 'run.started' }>['seeds']
  const result = await runWorkflow(source, {
    ...options, signal, environment, cache: presence(has),
    onPlan: (made) => {
      plan = made
      stop.abort() // nothing starts
    },
    onEvent: (event) => {
      if (event.type === 'run.started') seeds = event.seeds
    },
  })
  result.release()
  if (plan === undefined) throw result.error ?? new DOMException('explaining was cancelled', 'AbortError')
  return explainPlan({ plan, environment, ...(seeds && { seeds }), ...(redactor && { redactor }) }, last)
}

/** A cache that only says whether a result is there: its results hold nothing. */
function presence(has: (key: string) => Promise<boolean>): ResultCache {
  const empty = { outputs: new Map(), warnings: [], bytes: 0, seconds: 0 }
  return { get: async (key) => ((await has(key)) ? empty : undefined), set: () => {} }
}
