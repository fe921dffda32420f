/** Makes a lock: notes what a workflow's results depend on, runs it, and notes what came out. */
import { formatLock, LOCK_VERSION, meaningHash, pinsOf } from '../core/lock/index.ts'
import type { Lock, LockSettings } from '../core/lock/index.ts'
import { checkWorkflow, resolvePrompts } from '../core/run/index.ts'
import { flattenSubgraphs } from '../core/workflow/flatten.ts'
import type { Redactor } from '../core/workflow/redact.ts'
import { resolveSeeds } from '../core/workflow/seeds.ts'
import { withSubgraphDefinitions } from '../core/workflow/subgraphs.ts'
import { withoutSecrets } from '../core/workflow/secrets.ts'
import type { Workflow } from '../core/workflow/workflow.ts'
import { WorkflowError } from '../core/workflow/workflow-error.ts'
import { writeTextFile } from '../media/write-text.ts'
import { surroundingsOf } from './lock-surroundings.ts'
import { runLocked } from './locked-run.ts'
import { adviseOnModels } from './model-advice.ts'
import { bounded } from './outbox.ts'
import { adviseOnPlugins } from './plugins-advice.ts'
import type { LockAnswer, LockRequest } from './protocol-lock.ts'
import { readJob } from './run-job.ts'
import type { Engine } from './run-job.ts'

/** Locks a workflow. What is wrong with it is in the answer. */
export async function lockJob(request: LockRequest, engine: Engine, signal: AbortSignal): Promise<LockAnswer> {
  try {
    return await lock(request, engine, signal)
  } catch (error) {
    if (!(error instanceof WorkflowError)) throw error
    return { status: 'refused', problem: bounded(error.toJSON()) }
  }
}

async function lock(request: LockRequest, engine: Engine, signal: AbortSignal): Promise<LockAnswer> {
  const { id, folders, device, file } = request
  const { registry } = engine
  const { definitions } = registry
  const workflow = await readJob(request, engine)
  const seeded = resolveSeeds(workflow, definitions).workflow
  const { recorded } = await resolvePrompts(seeded, registry, folders)
  const { written, ran, targets } = writtenOut(workflow, recorded, engine, request.targets)
  await refuseFaults(ran, request, engine, signal, targets)
  const surroundings = await surroundingsOf({ workflow, ran, targets }, engine, { id, folders, device }, signal)
  const result = request.run ? await runLocked({ id, workflow: ran, folders, device, ...(targets && { targets }) }, engine, signal) : undefined
  if (result && result.status !== 'done') return result
  const made: Lock = {
    version: LOCK_VERSION, settings: settingsOf(request, withoutSecrets(workflow, definitions).texts), ...surroundings,
    ...pinsOf(written, ran, definitions), sha256: meaningHash(surroundings.workflow), ...(result && { outputs: result.outputs }),
  }
  await writeTextFile(file, formatLock(withoutTexts(made, engine.outbox.redactor(id))))
  const counts = { models: made.models.length, plugins: made.plugins.length, ...(result && { outputs: result.outputs.length }) }
  return { status: 'done', file, ...counts, unlocked: result?.unlocked ?? [], seconds: result?.seconds ?? 0 }
}

/** The lock without secrets in what came of texts. The workflow in it, which is hashed, has none. */
function withoutTexts(lock: Lock, redactor: Redactor): Lock {
  const { settings, prompts, outputs } = lock
  const open = outputs?.map((one) => (one.value === undefined ? one : { ...one, value: redactor.data(one.value) }))
  return { ...lock, settings: redactor.data(settings), prompts: redactor.data(prompts), ...(open && { outputs: open }) }
}

/** A workflow as it is saved and as it runs, both without subgraphs, and what was asked for by its paths there. */
export function writtenOut(workflow: Workflow, recorded: Workflow, { registry }: Engine, asked?: readonly string[]) {
  const flat = (one: Workflow) => flattenSubgraphs(one, { definitions: withSubgraphDefinitions(one, registry.definitions) })
  const { workflow: written, origins } = flat(workflow)
  const within = (id: string) => [...origins].flatMap(([path, { shown }]) => (shown === id ? [path] : []))
  const ids = new Set(written.nodes.map(({ id }) => id))
  const targets = asked?.flatMap((id) => (ids.has(id) || within(id).length === 0 ? [id] : within(id)))
  return { written, ran: flat(recorded).workflow, targets }
}

async function refuseFaults(
  workflow: Workflow, { folders }: LockRequest, { registry, plugins }: Engine, signal: AbortSignal, targets: readonly string[] | undefined,
): Promise<void> {
  const { problems } = await checkWorkflow(workflow, registry, { paths: folders, signal }, targets)
  if (problems.length === 0) return
  throw WorkflowError.ofProblems(adviseOnPlugins(await adviseOnModels(problems, workflow, registry, folders), plugins))
}

/** What the command line said, but for secrets: whoever verifies says those again. */
function settingsOf({ set = [], parameters = {}, targets = [] }: LockRequest, secrets: readonly string[]): LockSettings {
  const isOpen = (value: unknown) => !secrets.some((secret) => JSON.stringify(value).includes(secret))
  return {
    set: set.filter(isOpen),
    parameters: Object.fromEntries(Object.entries(parameters).filter(([, value]) => isOpen(value))),
    until: targets,
  }
}
