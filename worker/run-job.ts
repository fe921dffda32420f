/** One job in the worker: read the workflow, apply what the parent sets, run it, tell what happens. */
import { migrateWorkflow } from '../core/plugins/migrate.ts'
import type { Registry } from '../core/plugins/registry.ts'
import { checkWorkflow, resolveChoices, resolvePrompts, RunRecorder, runWorkflow, TimeKeeper } from '../core/run/index.ts'
import type { RunEvent } from '../core/run/index.ts'
import { provide } from '../core/types/service.ts'
import { refOf } from '../core/workflow/graph.ts'
import { applyOverrides } from '../core/workflow/overrides.ts'
import type { Problem } from '../core/workflow/problem.ts'
import { resolveSeeds } from '../core/workflow/seeds.ts'
import { withoutSecrets } from '../core/workflow/secrets.ts'
import type { Workflow } from '../core/workflow/workflow.ts'
import { logText, WorkflowError } from '../core/workflow/workflow-error.ts'
import { removeTemporaries } from '../media/staging.ts'
import { numberedOutputs } from '../nodes/save/numbered.ts'
import { DEVICE, OUTPUTS, PREVIEWS, PROVENANCE } from '../nodes/services.ts'
import type { Device, DeviceKind } from '../tensor/runtime/device.ts'
import { Checkpoints } from './checkpoints.ts'
import { explainJob, keepRecord } from './explain-job.ts'
import { failpoint } from './failpoint.ts'
import { asksPlugin, asksPlugins } from './foreign-code.ts'
import { loadWorkflow } from './load-workflow.ts'
import { adviseOnModelError, adviseOnModels } from './model-advice.ts'
import { adviseOnPluginError, adviseOnPlugins } from './plugins-advice.ts'
import { bounded } from './outbox.ts'
import type { Outbox } from './outbox.ts'
import { planJob } from './plan-job.ts'
import { withoutPreviews, withPreviews } from './previews.ts'
import { withFilesPresent } from './present-files.ts'
import { ProducedFiles } from './produced-files.ts'
import type { Publisher } from './publisher.ts'
import { INTERRUPTED } from './run-line.ts'
import type { RunSignals } from './run-line.ts'
import { drawsFrom } from './draws.ts'
import { provenanceOf } from './provenance.ts'
import { engineVersion, environmentOf, runtimeVersion } from './result-caches.ts'
import { NO_PREVIEWS, SamplerPreviews } from './sampler-previews.ts'
import type { ResultCaches } from './result-caches.ts'
import type { Answers, ExplainRequest, PlanRequest, Folders, JobRequest, PluginReport, RunAnswer, RunRequest, ValidateRequest } from './protocol.ts'

/** What lives as long as the worker. */
export interface Engine {
  readonly registry: Registry
  /** What became of the plugins that were found. */
  readonly plugins: readonly PluginReport[]
  readonly caches: ResultCaches
  readonly outbox: Outbox
  readonly publisher: Publisher
  /** Those that were opened. */
  readonly devices: ReadonlyMap<DeviceKind, Promise<Device>>
  device(kind: DeviceKind): Promise<Device>
}

export async function runJob(request: RunRequest, engine: Engine, signals: RunSignals): Promise<RunAnswer> {
  const { id, folders, device: kind } = request
  const { registry, outbox } = engine
  let asked: Workflow
  let workflow: Workflow
  let targets = request.targets
  try {
    workflow = asked = await readJob(request, engine)
    if (targets) ({ workflow, targets } = withPreviews(workflow, targets, registry.definitions))
  } catch (error) {
    return refusal(error)
  }
  if (!request.publishes) void removeTemporaries(folders.output, { depth: 1 }).catch(() => {}) // what a crash before this run left there; a parent that publishes sees to it
  outbox.graph(id, workflow.nodes.map(refOf))
  const refused = new HeldFailure((event) => outbox.event(id, withAdvice(event, engine.plugins)))
  const files = new ProducedFiles(folders)
  const cache = engine.caches.of(request.cache)
  const environment = environmentOf(kind, cache)
  const redactor = outbox.redactor(id)
  const recorder = new RunRecorder(id, environment, redactor)
  const keeper = new TimeKeeper()
  const { signal } = signals
  const checkpoints = new Checkpoints(request.checkpoints, () => `${engineVersion()}, ${runtimeVersion()}`, signals.interrupt)
  const previews = request.previews ? new SamplerPreviews(request.previews, (preview) => outbox.post({ type: 'preview', id, ...preview })) : NO_PREVIEWS
  signals.onSuspend(() => checkpoints.suspend())
  const stopListening = cache.disk?.cache.onKept((key, kept) => recorder.kept(key, kept))
  const result = await runWorkflow(workflow, {
    registry, cache: withFilesPresent(cache.results, folders), run: id, paths: folders, signal, checkpoints,
    ...(targets && { targets }), ...(request.strict && { strict: true }), ...(request.index && { index: request.index }),
    ...(request.draws !== undefined && { draw: drawsFrom(request.draws) }),
    onEvent: (event) => {
      if (event.type === 'node.done') failpoint('node-done')
      files.see(event)
      keeper.event(event)
      refused.pass(event)
    },
    services: [
      provide(DEVICE, { kind, open: () => engine.device(kind) }),
      provide(PREVIEWS, previews),
      provide(OUTPUTS, request.publishes ? engine.publisher.outputs(id, folders.output) : numberedOutputs(folders.output)),
      provide(PROVENANCE, {
        describe: (ran, stop) => provenanceOf(registry, folders, redactor).describe(withoutPreviews(ran, asked), stop),
      }),
    ],
    environment,
    onPlan: (plan) => {
      recorder.plan(plan)
      keeper.plan(plan)
    },
  })
  await keepRecord(recorder, result.executed, request.workflow, cache)
  await cache.times.keep(kind, await keeper.measurements())
  stopListening?.()
  await checkpoints.end(result.status === 'done')
  if (result.error && process.env['KINOGRAPH_DEBUG']) process.stderr.write(`${redactor.text(logText(result.error))}\n`)
  const error = adviseOnPluginError(await adviseOnModelError(result.error, workflow, registry, folders), engine.plugins)
  refused.letGo(error)
  result.release()
  switch (result.status) {
    case 'cancelled': return { status: signal.reason === INTERRUPTED ? 'interrupted' : 'cancelled' }
    case 'done': {
      const { named: outputs, dropped } = result
      return { status: 'done', files: files.list, outputs, ...(dropped.length > 0 && { dropped: dropped.length }), seconds: refused.seconds }
    }
    case 'failed': return result.plan === undefined ? refusal(error) : { status: 'failed', problem: problemOf(error) }
    default: return result.status satisfies never
  }
}

/** Why each node of a job would run or not. */
export async function explainNodes(request: ExplainRequest, engine: Engine, signal: AbortSignal): Promise<Answers['explain']> {
  const workflow = await readJob(request, engine)
  const { registry, caches, outbox } = engine
  const options = { registry, paths: request.folders, signal, redactor: outbox.redactor(request.id), ...(request.targets && { targets: request.targets }), ...(request.index && { index: request.index }) }
  return explainJob(request, workflow, options, caches.of(request.cache))
}

/** What a job would do and take. */
export async function planNodes(request: PlanRequest, engine: Engine, signal: AbortSignal): Promise<Answers['plan']> {
  const { registry, caches } = engine
  return planJob(request, await readJob(request, engine), registry, caches.of(request.cache), signal)
}

/** Everything that is wrong with a job, without running it. */
export async function validateJob(request: ValidateRequest, engine: Engine, signal: AbortSignal): Promise<Answers['validate']> {
  const { folders, targets, index } = request
  const { registry, plugins } = engine
  try {
    const { workflow } = resolveSeeds(await readJob(request, engine), registry.definitions, () => 0, index)
    const resolved = await resolvePrompts(workflow, registry, folders)
    const { problems, isRefused } = await checkWorkflow(resolved.workflow, registry, { paths: folders, signal }, targets)
    const advised = await adviseOnModels(problems, workflow, registry, folders)
    return { problems: adviseOnPlugins(advised, plugins).slice(0, 200), refused: isRefused }
  } catch (error) {
    if (error instanceof WorkflowError) return { problems: error.problems.slice(0, 200), refused: true }
    throw error
  }
}

/** All node types, their computed choices looked up. One whose choices can't be looked up is described without them: the rest is as good. */
export async function describeNodes(id: string, { registry, outbox }: Engine, folders: Folders, signal: AbortSignal): Promise<Answers['nodes']> {
  const host = { paths: folders, signal }
  if ([...registry.nodes.values()].some(asksPlugin)) outbox.begun(id)
  const all = await resolveChoices(registry, host).catch(() => undefined)
  if (all) return { definitions: [...all.values()] }
  const definitions = await Promise.all([...registry.nodes.values()].map(async ({ node, definition }) => {
    const found = await resolveChoices(registry, host, [node.type]).catch((error: unknown) => {
      process.stderr.write(`${logText(error)}\n`)
      return undefined
    })
    return found?.get(node.type) ?? definition
  }))
  return { definitions }
}

/** Reads the workflow of a job with what the parent sets. From here on its secrets are kept back from what is said of the job. */
export async function readJob({ id, workflow: source, set, parameters }: JobRequest & { readonly id: string }, { registry, outbox }: Engine): Promise<Workflow> {
  const { definitions } = registry
  const loaded = await loadWorkflow(source, definitions)
  if (!outbox.hasBegun(id) && asksPlugins(loaded, registry)) outbox.begun(id)
  const { workflow } = migrateWorkflow(loaded, registry) // what is set has today's names
  const changed = applyOverrides(workflow, { ...(set && { set }), ...(parameters && { parameters }) }, definitions)
  outbox.withhold(id, withoutSecrets(changed, definitions).texts)
  return changed
}

/** What is said of outputs that can't be made names the plugin that would help. */
function withAdvice(event: RunEvent, plugins: readonly PluginReport[]): RunEvent {
  return event.type === 'run.dropped' ? { ...event, problems: adviseOnPlugins(event.problems, plugins) } : event
}

const refusal = (error: unknown): RunAnswer => ({ status: 'refused', problem: problemOf(error) })

function problemOf(error: unknown): Problem {
  if (error instanceof WorkflowError) return bounded(error.toJSON())
  throw error
}

/** Passes events on, but keeps back the failure of a run that never started until it is known what to advise. */
class HeldFailure {
  readonly #pass: (event: RunEvent) => void
  #started = false
  #held: Extract<RunEvent, { type: 'run.failed' }> | undefined
  /** What the last event said of the run's duration. */
  seconds = 0

  constructor(pass: (event: RunEvent) => void) {
    this.#pass = pass
  }

  pass(event: RunEvent): void {
    this.#started ||= event.type === 'run.started'
    if ('seconds' in event && !('node' in event)) this.seconds = event.seconds
    if (event.type === 'run.failed' && !this.#started) this.#held = event
    else this.#pass(event)
  }

  letGo(error: unknown): void {
    if (this.#held) this.#pass(error instanceof WorkflowError ? { ...this.#held, error: error.toJSON() } : this.#held)
  }
}
