import { thrownText } from '../types/json.ts'
import { migrateWorkflow } from '../plugins/migrate.ts'
import { parseWorkflow } from '../workflow/parse.ts'
import { Redactor } from '../workflow/redact.ts'
import { withoutSecrets } from '../workflow/secrets.ts'
import { runId } from '../workflow/run-id.ts'
import { resolveSeeds, type SeededWorkflow } from '../workflow/seeds.ts'
import type { Workflow } from '../workflow/workflow.ts'
import { WorkflowError } from '../workflow/workflow-error.ts'
import { MemoryCache, type ResultCache } from './cache.ts'
import { checkWorkflow, type CheckedWorkflow } from './check.ts'
import type { DroppedOutput } from '../workflow/faults.ts'
import { hiddenValues } from './hidden.ts'
import { DEFAULT_LIMITS, type Limits } from './limits.ts'
import { EventStream, type PlanSummary } from './events.ts'
import { execute, type Outcome } from './execute.ts'
import { DEFAULT_WIDTHS, type RunOptions } from './host.ts'
import { namedOutputs, type NamedOutput } from './named-outputs.ts'
import { planExecution, type Plan } from './plan.ts'
import { resolvePrompts, type ResolvedPrompts } from './resolve-inputs.ts'
import type { NodeResult } from './result.ts'

/** How a run ended. It never throws for what is wrong with a workflow or a node: that is in `error`. */
export interface RunResult {
  /** The run's id. */
  readonly run: string
  readonly status: 'done' | 'failed' | 'cancelled'
  readonly error?: WorkflowError
  /** The workflow as it ran, with the seeds that were drawn and the texts that came of them, without secrets. Absent when it could not be read. */
  readonly workflow?: Workflow
  /** What was to run and what was known. Absent when it did not come to a plan. */
  readonly plan?: PlanSummary
  /** What was asked for and could not be made, with the reasons; the rest ran. */
  readonly dropped: readonly DroppedOutput[]
  /** Nodes that ran to their end, in the order in which they ended. */
  readonly executed: readonly string[]
  /** What the nodes that were asked for gave, by id. Its values stay good until `release`. */
  readonly results: ReadonlyMap<string, NodeResult>
  /** What came out at the outputs that the workflow names. */
  readonly named: readonly NamedOutput[]
  /** Lets the values of `results` go (open files, spilled frames). */
  release(): void
}

/**
 * Runs a workflow: parse, plan, execute.
 * @param source the workflow, or its JSON text
 */
export async function runWorkflow(source: unknown, options: RunOptions): Promise<RunResult> {
  const run = new Run(options)
  try {
    const workflow = await run.parse(source)
    const checked = await run.check(workflow)
    const plan = await run.plan(checked)
    const outcome = await run.execute(plan)
    return run.end(outcome)
  } catch (error) {
    return run.refuse(error)
  }
}

/** What is known of a run so far, phase by phase. */
class Run {
  readonly #options: RunOptions
  readonly #id: string
  readonly #events: EventStream
  readonly #signal: AbortSignal
  readonly #cache: ResultCache
  readonly #began = performance.now()
  #seeded: SeededWorkflow | undefined
  #resolved: ResolvedPrompts | undefined
  /** As it may be kept with what it makes. */
  #recorded: Workflow | undefined
  #plan: Plan | undefined
  #dropped: readonly DroppedOutput[] = []

  constructor(options: RunOptions) {
    this.#options = options
    this.#id = options.run === undefined ? crypto.randomUUID() : runId(options.run)
    this.#events = new EventStream(this.#id, options.onEvent)
    this.#signal = options.signal ?? new AbortController().signal
    this.#cache = options.cache ?? new MemoryCache(0)
  }

  /** Reads the file, carries old nodes over to the types that there are, draws the seeds it leaves open, and says what its texts mean. */
  async parse(source: unknown): Promise<Workflow> {
    const { registry, paths, index = 0, draw } = this.#options
    const { workflow } = migrateWorkflow(parseWorkflow(source), registry)
    this.#seeded = resolveSeeds(workflow, registry.definitions, draw, index)
    this.#resolved = await resolvePrompts(this.#seeded.workflow, registry, paths)
    this.#recorded = this.#withoutSecrets(this.#resolved.recorded)
    return this.#resolved.workflow
  }

  /** Refuses a workflow of which nothing can be run, with everything that is wrong with it; what can't be made is dropped. */
  async check(workflow: Workflow): Promise<CheckedWorkflow> {
    const { registry, paths, targets, strict } = this.#options
    const checked = await checkWorkflow(workflow, registry, { paths, signal: this.#signal }, targets, this.#limits)
    const { problems, dropped, isRefused } = checked
    if (problems.length > 0 && (strict || isRefused)) throw WorkflowError.ofProblems(problems)
    this.#dropped = dropped
    return checked
  }

  get #limits(): Limits {
    return { ...DEFAULT_LIMITS, ...this.#options.limits }
  }

  /** Decides what runs, and announces it. */
  async plan(checked: CheckedWorkflow): Promise<Plan> {
    const { paths, environment = null } = this.#options
    this.#plan = await planExecution(checked, { paths, environment, signal: this.#signal, cache: this.#cache })
    this.#cache.planned?.(keysOf(this.#plan))
    this.#options.onPlan?.(this.#plan)
    const seeds = this.#seeded?.seeds ?? []
    const prompts = this.#resolved?.prompts ?? []
    this.#events.emit({ type: 'run.started', plan: this.#plan.summary, ...(seeds.length > 0 && { seeds }), ...(prompts.length > 0 && { prompts }) })
    if (this.#dropped.length > 0) this.#events.emit({ type: 'run.dropped', ...droppedEntries(this.#dropped) })
    return this.#plan
  }

  execute(plan: Plan): Promise<Outcome> {
    const { paths, services = [], checkpoints, widths, metadata = {} } = this.#options
    return execute(plan, {
      cache: this.#cache,
      events: this.#events,
      signal: this.#signal,
      paths,
      checkpoints,
      services: new Map(services.map(({ id, value }) => [id, value])),
      widths: { ...DEFAULT_WIDTHS, ...widths },
      limits: this.#limits,
      hidden: hiddenValues(this.#recorded!, metadata, plan.graph),
    })
  }

  end(outcome: Outcome): RunResult {
    const { definitions } = this.#options.registry
    const workflow = this.#recorded ?? (this.#seeded && this.#withoutSecrets(this.#seeded.workflow))
    const named = workflow ? namedOutputs(workflow, definitions, outcome.results) : []
    this.#announceEnd(outcome.status, outcome.error, named)
    const known = { run: this.#id, workflow, plan: this.#plan?.summary, dropped: this.#dropped, named }
    return { ...known, ...outcome }
  }

  /** Ends a run that did not come to execution. */
  refuse(error: unknown): RunResult {
    const nothing = { executed: [], results: new Map<string, NodeResult>(), release: () => {} }
    if (this.#signal.aborted) return this.end({ status: 'cancelled', ...nothing })
    return this.end({ status: 'failed', error: asWorkflowError(error), ...nothing })
  }

  /** Secrets are for the nodes alone: what is embedded, shown and recorded has none. */
  #withoutSecrets(workflow: Workflow): Workflow {
    const { workflow: open, texts } = withoutSecrets(workflow, this.#options.registry.definitions)
    return texts.length === 0 ? open : new Redactor(texts).data(open)
  }

  #announceEnd(status: Outcome['status'], error: WorkflowError | undefined, outputs: readonly NamedOutput[]): void {
    const seconds = Math.round(performance.now() - this.#began) / 1000
    if (status === 'failed') this.#events.emit({ type: 'run.failed', seconds, error: error!.data })
    else if (status === 'cancelled') this.#events.emit({ type: 'run.cancelled', seconds })
    else this.#events.emit({ type: 'run.done', seconds, ...(outputs.length > 0 && { outputs }) })
  }
}

function* keysOf({ graph }: Plan): Iterable<string> {
  for (const { key } of graph.nodes) yield key
}

/** The outputs that can't be made as an event has them: each problem once. */
function droppedEntries(dropped: readonly DroppedOutput[]) {
  const problems = [...new Set(dropped.flatMap(({ reasons }) => reasons))]
  const numbers = new Map(problems.map((problem, index) => [problem, index]))
  const outputs = dropped.map(({ node, reasons }) => ({ node, problems: reasons.map((one) => numbers.get(one)!) }))
  return { outputs, problems }
}

/** What is thrown here and is no WorkflowError is a mistake in the engine or its host; it is reported all the same. */
function asWorkflowError(error: unknown): WorkflowError {
  if (error instanceof WorkflowError) return error
  return new WorkflowError({ code: 'execution_failed', problem: `the run broke off: ${thrownText(error)}` }, { cause: error })
}
