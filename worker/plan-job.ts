/** What a job would do and take: nodes, files, memory. Nothing runs and no weights are opened. */
import { stat } from 'node:fs/promises'
import { relative, sep } from 'node:path'
import { dryRun, estimateOf } from '../core/index.ts'
import type { DryNode, Measurements, MemoryNeed, Problem, Registry, RunOptions, Workflow } from '../core/index.ts'
import { WorkflowError } from '../core/workflow/workflow-error.ts'
import { missingAdvice, ModelNotFoundError } from '../nodes/models/places.ts'
import { modelChoiceOf, modelPath, modelRoots } from '../nodes/models/port.ts'
import type { ModelChoice } from '../nodes/models/port.ts'
import { zooModel } from '../nodes/models/zoo.ts'
import { availableMemory, MemoryError, planHolding } from '../tensor/index.ts'
import { adviseOnModels } from './model-advice.ts'
import { weightsOf } from './provenance.ts'
import type { Answers, Folders, PlanFile, PlanMemory, PlanRequest, PlanRow } from './protocol.ts'
import { environmentOf } from './result-caches.ts'
import type { RunCache } from './result-caches.ts'

/** Rows of one answer; a message is bounded. */
const MOST_ROWS = 2000
/** As the device keeps some of what there is for others. */
const SHARE = 0.9
/** Up to here weights are packed without weighing it up (diffusion/holding). */
const SMALL_BYTES = 64 * 1024 * 1024

export async function planJob(
  request: PlanRequest, workflow: Workflow, registry: Registry, cache: RunCache, signal: AbortSignal,
): Promise<Answers['plan']> {
  const { folders, device } = request
  const { disk } = cache
  const files = await planFiles(workflow, registry, folders)
  const options: Pick<RunOptions, 'registry' | 'paths' | 'signal' | 'targets' | 'environment' | 'index'> = {
    registry, paths: folders, signal, environment: environmentOf(device, cache), ...(request.targets && { targets: request.targets }), ...(request.index && { index: request.index }),
  }
  try {
    const plan = await dryRun(workflow, { ...options, has: async (key) => disk !== undefined && disk.cache.has(key) })
    const available = Math.floor(SHARE * availableMemory())
    const measured = await cache.times.read(device)
    const rows = plan.nodes.map((node) => rowOf(node, available, measured))
    const problems = [...plan.dropped.flatMap(({ reasons }) => reasons), ...rows.flatMap((row) => tooLarge(row, available))]
    const { seeds, prompts } = plan
    return { ok: problems.length === 0, problems: problems.slice(0, 200), nodes: rows.slice(0, MOST_ROWS), left: Math.max(0, rows.length - MOST_ROWS), time: timeOf(rows), files, available, seeds, prompts }
  } catch (error) {
    if (!(error instanceof WorkflowError)) throw error
    const problems = (await adviseOnModels(error.problems, workflow, registry, folders)).slice(0, 200)
    return { ok: false, problems, nodes: [], left: 0, time: timeOf([]), files, available: Math.floor(SHARE * availableMemory()), seeds: [], prompts: [] }
  }
}

function rowOf({ node, key, ref, runs, times, memory, work }: DryNode, available: number, measured: Measurements): PlanRow {
  const time = work && estimateOf(work, measured)
  return { node, key, ref, runs, ...(times !== undefined && { times }), ...(memory && { memory: memoryOf(memory, available) }), ...(time && { time }) }
}

/** What is sure to run; a node that a lazy input may ask for is not. */
function timeOf(rows: readonly PlanRow[]): Answers['plan']['time'] {
  const running = rows.filter(({ runs }) => runs === 'yes')
  const seconds = running.reduce((sum, { time }) => sum + (time?.seconds ?? 0), 0)
  return { seconds, unknown: running.filter(({ time }) => time === undefined).length }
}

/** What `auto` asks of the processor where it has been decided. */
const AUTO_WAYS: ReadonlyMap<string, string> = new Map([['auto:float', 'mapped'], ['auto:int8', 'int8']])

/** How the weights of each node would be held: int8 and float give other results. Nothing where it can't be run. */
export async function holdsOf(
  workflow: Workflow, options: Pick<RunOptions, 'registry' | 'paths' | 'signal' | 'targets'>,
): Promise<ReadonlyMap<string, string>> {
  try {
    const { nodes } = await dryRun(workflow, { ...options, has: async () => false })
    const available = Math.floor(SHARE * availableMemory())
    return new Map(nodes.flatMap(({ node, memory }) => {
      const hold = memory?.weights && memoryOf(memory, available).hold
      return hold ? [[node, hold] as const] : []
    }))
  } catch (error) {
    if (error instanceof WorkflowError) return new Map()
    throw error
  }
}

/** How much a node takes at its peak, and how the weights are held then. */
function memoryOf({ weights, activations }: MemoryNeed, available: number): PlanMemory {
  if (weights === undefined) return { bytes: activations, activations, weights: 0, fits: activations <= available }
  const { name, float32, file } = weights
  const hold = AUTO_WAYS.get(weights.hold) ?? weights.hold
  const held = (bytes: number, way: string, fits: boolean): PlanMemory => ({ bytes: bytes + activations, activations, weights: bytes, hold: way, fits })
  const isChosen = hold === 'packed' || hold === 'mapped' || hold === 'int8'
  if (weights.hold.startsWith('auto') && float32 <= SMALL_BYTES) return held(float32, 'packed', float32 + activations <= available)
  const bytesOf = { packed: float32, mapped: file, int8: float32 / 4 }
  try {
    const needs = { name, float32Bytes: float32, fileBytes: file, fileDType: 'float32', wanted: isChosen ? hold : 'auto', activationBytes: activations } as const
    const { hold: way } = planHolding(needs, { available })
    return held(bytesOf[way], way, true)
  } catch (error) {
    if (!(error instanceof MemoryError)) throw error
    return { ...held(isChosen ? bytesOf[hold] : bytesOf.int8, isChosen ? hold : 'int8', false), problem: error.problem, remedy: error.remedy }
  }
}

function tooLarge({ ref, memory }: PlanRow, available: number): Problem[] {
  if (memory === undefined || memory.fits) return []
  const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(2)} GB`
  const problem = memory.problem ?? `it needs about ${gigabytes(memory.bytes)} of memory, there are ${gigabytes(available)}`
  const parts = `${gigabytes(memory.weights)} of weights, ${gigabytes(memory.activations)} on the way`
  return [{ code: 'custom_validation_failed', node: ref, problem: `${problem} (${parts})`, remedy: memory.remedy ?? 'Make the picture smaller or the video shorter.' }]
}

/** The weights behind the models that a workflow names, those that are not there too. */
async function planFiles(workflow: Workflow, registry: Registry, folders: Folders): Promise<PlanFile[]> {
  const files = new Map<string, PlanFile>()
  for (const { choice, name } of namedModels(workflow, registry)) {
    for (const file of await filesOf(choice, name, folders)) files.set(file.file, file)
  }
  return [...files.values()].sort((a, b) => (a.file < b.file ? -1 : 1))
}

/** The models that the nodes of a workflow name, those inside subgraphs too. */
export function namedModels({ nodes, subgraphs = [] }: Workflow, registry: Registry): { choice: ModelChoice; name: string }[] {
  const found: { choice: ModelChoice; name: string }[] = []
  for (const { type, inputs = {} } of [...nodes, ...subgraphs.flatMap((one) => one.nodes)]) {
    for (const [input, port] of Object.entries(registry.nodes.get(type)?.node.inputs ?? {})) {
      const choice = modelChoiceOf(port)
      const name = choice !== undefined && Object.hasOwn(inputs, input) ? inputs[input] : undefined
      if (choice !== undefined && typeof name === 'string') found.push({ choice, name })
    }
  }
  return found
}

async function filesOf({ folder, part }: ModelChoice, name: string, folders: Folders): Promise<PlanFile[]> {
  try {
    const found = await modelPath(folders, folder, name)
    const paths = await weightsOf(found, part)
    return await Promise.all(paths.map(async (path): Promise<PlanFile> => {
      const file = relative(found.root, path).split(sep).join('/')
      return { file, path, bytes: (await stat(path)).size }
    }))
  } catch (error) {
    if (!(error instanceof ModelNotFoundError)) throw error
    const size = zooModel(folder, name)?.size
    return [{ file: `${folder}/${name}`, advice: await missingAdvice(modelRoots(folders), folder, name), ...(size !== undefined && { size }) }]
  }
}
