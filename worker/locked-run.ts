/** A run whose results are hashed: without any cache, and without anything that varies. */
import { contentOf, fileContent } from '../core/lock/index.ts'
import type { Content, LockedOutput } from '../core/lock/index.ts'
import { NoCache } from '../core/cache/index.ts'
import { checkWorkflow, runWorkflow } from '../core/run/index.ts'
import type { CheckedWorkflow, RunEvent, RunResult } from '../core/run/index.ts'
import type { TypedValue } from '../core/types/index.ts'
import { provide } from '../core/types/service.ts'
import { refOf } from '../core/workflow/graph.ts'
import { outputOf } from '../core/workflow/validate-file.ts'
import type { Workflow } from '../core/workflow/workflow.ts'
import { WorkflowError } from '../core/workflow/workflow-error.ts'
import { numberedOutputs } from '../nodes/save/numbered.ts'
import { DEVICE, OUTPUTS, PREVIEWS, PROVENANCE } from '../nodes/services.ts'
import { adviseOnModelError } from './model-advice.ts'
import { bounded } from './outbox.ts'
import { adviseOnPluginError } from './plugins-advice.ts'
import { ProducedFiles } from './produced-files.ts'
import type { DeviceName, Folders } from './protocol.ts'
import type { NoRun } from './protocol-lock.ts'
import { NO_PREVIEWS } from './sampler-previews.ts'
import { provenanceOf } from './provenance.ts'
import type { Engine } from './run-job.ts'

export interface LockedJob {
  readonly id: string
  /** Without subgraphs, seeds drawn, texts resolved. */
  readonly workflow: Workflow
  readonly folders: Folders
  readonly device: DeviceName
  /** Up to these nodes; up to all output nodes when left out. */
  readonly targets?: readonly string[]
}

export interface LockedResults {
  readonly status: 'done'
  readonly outputs: readonly LockedOutput[]
  /** Results that can't be compared, with why. */
  readonly unlocked: readonly string[]
  readonly seconds: number
}

/**
 * Runs a workflow and hashes what came out: what the asked nodes gave, and what came in at those that save it, so that
 * pictures count and not how a file holds them.
 */
export async function runLocked(job: LockedJob, engine: Engine, signal: AbortSignal): Promise<LockedResults | NoRun> {
  const { workflow, folders } = job
  const { registry, plugins } = engine
  const checked = await checkWorkflow(workflow, registry, { paths: folders, signal }, job.targets)
  const made = new ProducedFiles(folders)
  const began = performance.now()
  const result = await start(job, [...checked.targets, ...sourcesOf(checked).map(({ from }) => from)], engine, signal, (event) => made.see(event))
  try {
    if (result.status === 'cancelled') return { status: 'cancelled' }
    if (result.status === 'failed') {
      const error = adviseOnPluginError(await adviseOnModelError(result.error, workflow, registry, folders), plugins)
      if (!(error instanceof WorkflowError)) throw error
      return { status: result.plan === undefined ? 'refused' : 'failed', problem: bounded(error.toJSON()) }
    }
    const values = await hashValues(checked, result, engine)
    const files = await hashFiles(checked, made, values.outputs, engine)
    const seconds = Math.round(performance.now() - began) / 1000
    return { status: 'done', outputs: [...values.outputs, ...files], unlocked: values.unlocked, seconds }
  } finally {
    result.release()
  }
}

function start(job: LockedJob, asked: readonly string[], engine: Engine, signal: AbortSignal, see: (event: RunEvent) => void): Promise<RunResult> {
  const { id, workflow, folders, device } = job
  const { registry, outbox } = engine
  outbox.graph(id, workflow.nodes.map(refOf))
  return runWorkflow(workflow, {
    registry, cache: new NoCache(), run: id, paths: folders, signal, strict: true,
    ...((job.targets || asked.length > 0) && { targets: [...new Set(asked.length > 0 ? asked : job.targets)] }),
    onEvent: (event) => {
      see(event)
      if (event.type !== 'run.failed') outbox.event(id, event) // the answer says it
    },
    services: [
      provide(DEVICE, { kind: device, open: () => engine.device(device) }),
      provide(PREVIEWS, NO_PREVIEWS),
      provide(OUTPUTS, numberedOutputs(folders.output)),
      provide(PROVENANCE, provenanceOf(registry, folders, outbox.redactor(id))),
    ],
    environment: { device },
  })
}

interface Source { readonly from: string; readonly output: string }

/** The outputs that asked nodes read from, but for those that they may do without. */
function sourcesOf({ targets, graph, definitions }: CheckedWorkflow): Source[] {
  return targets.flatMap((target) => {
    const { ref, links } = graph.get(target)!
    const lazy = new Set(definitions.get(ref.type)?.inputs.filter((input) => input.lazy).map(({ name }) => name))
    return links.filter(({ input }) => !lazy.has(input)).flatMap(({ from, output }): Source[] => {
      const definition = definitions.get(graph.get(from)?.ref.type ?? '')
      const found = definition && outputOf(definition, output)
      return found ? [{ from, output: found.name }] : []
    })
  })
}

async function hashValues(checked: CheckedWorkflow, { results }: RunResult, { registry }: Engine) {
  const values = new Map<string, Source & { readonly value: TypedValue }>()
  const add = (from: string, output: string, value: TypedValue | undefined) => {
    if (value !== undefined && value.value !== undefined) values.set(JSON.stringify([from, output]), { from, output, value })
  }
  for (const target of checked.targets) for (const [name, value] of results.get(target)?.outputs ?? []) add(target, name, value)
  for (const { from, output } of sourcesOf(checked)) add(from, output, results.get(from)?.outputs.get(output))
  const outputs: LockedOutput[] = []
  const unlocked: string[] = []
  for (const { from: node, output, value } of values.values()) {
    const content: Content | string = await contentOf(value, (id) => registry.types.get(id))
    if (typeof content === 'string') unlocked.push(`${node}.${output}: ${content}`)
    else outputs.push({ node, output, ...content })
  }
  return { outputs, unlocked }
}

/** The files of nodes of which nothing else is known: of plugins, and of those that save nothing that comes in. */
async function hashFiles(
  { graph, targets }: CheckedWorkflow, made: ProducedFiles, values: readonly LockedOutput[], { registry }: Engine,
): Promise<LockedOutput[]> {
  const hashed = new Set(values.map(({ node }) => node))
  const isKnown = (node: string) => {
    const found = graph.get(node)
    const isOurs = registry.nodes.get(found?.ref.type ?? '')?.plugin.trusted
    return isOurs && (hashed.has(node) || found?.links.some(({ from }) => hashed.has(from)))
  }
  const outputs: LockedOutput[] = []
  const counts = new Map<string, number>()
  for (const { node, path, temporary } of made.list) {
    if (temporary || !targets.includes(node) || isKnown(node)) continue
    const number = (counts.get(node) ?? 0) + 1
    counts.set(node, number)
    outputs.push({ node, output: `file ${number}`, ...await fileContent(path) })
  }
  return outputs
}
