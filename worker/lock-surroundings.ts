/** What a workflow's results depend on, as it is here. */
import { readFile, stat } from 'node:fs/promises'
import { cpus } from 'node:os'
import { join, relative, sep } from 'node:path'
import packageJson from '../package.json' with { type: 'json' }
import { meaningOf } from '../core/lock/index.ts'
import type { LockedFile, LockedNodeType, LockedPlugin, Surroundings } from '../core/lock/index.ts'
import type { Registry } from '../core/plugins/registry.ts'
import type { Environment } from '../core/run/index.ts'
import { withoutSecrets } from '../core/workflow/secrets.ts'
import type { Workflow } from '../core/workflow/workflow.ts'
import { inputPath, namesInputFile } from '../nodes/input-file.ts'
import { ModelNotFoundError } from '../nodes/models/places.ts'
import { filesIn, modelPath } from '../nodes/models/port.ts'
import type { ModelChoice } from '../nodes/models/port.ts'
import { fileIdentity } from '../tensor/index.ts'
import { defaultThreads } from '../tensor/runtime/ort.ts'
import { holdsOf, namedModels } from './plan-job.ts'
import type { DeviceName, Folders } from './protocol.ts'
import { engineHash, runtimeVersion } from './result-caches.ts'
import type { Engine } from './run-job.ts'

/** A workflow that is or was locked. */
export interface Subject {
  readonly workflow: Workflow
  /** The same as it runs: without subgraphs, seeds drawn, texts resolved. */
  readonly ran: Workflow
  readonly targets?: readonly string[] | undefined
  /** What it was: what only that names is looked for as well. */
  readonly before?: Workflow
}

/** The request that asks, and where it would run. */
interface Place {
  readonly id: string
  readonly folders: Folders
  readonly device: DeviceName
}

/** Everything that a workflow's results depend on. What is not there is left out. */
export async function surroundingsOf(
  { workflow, ran, targets, before }: Subject, { registry, outbox }: Engine, { id, folders, device }: Place, signal: AbortSignal,
): Promise<Surroundings> {
  const holds = await holdsOf(ran, { registry, paths: folders, signal, ...(targets && { targets }) })
  const all = before ? together(workflow, before) : workflow
  const types = usedTypes(all, registry)
  return {
    device, environment: await environment(), weights: Object.fromEntries(holds),
    models: await modelFiles(all, registry, folders), files: await inputFiles(all, registry, folders),
    plugins: pluginsOf(types), nodes: types.map(nodeTypeOf),
    workflow: meaningOf(outbox.redactor(id).data(withoutSecrets(workflow, registry.definitions).workflow)),
  }
}

/** The nodes of two workflows: names of models and types are looked for in both. */
const together = (a: Workflow, b: Workflow): Workflow =>
  ({ ...a, nodes: [...a.nodes, ...b.nodes], subgraphs: [...a.subgraphs ?? [], ...b.subgraphs ?? []] })

type Used = NonNullable<ReturnType<Registry['nodes']['get']>>

function usedTypes({ nodes, subgraphs = [] }: Workflow, registry: Registry): Used[] {
  const types = new Set([...nodes, ...subgraphs.flatMap((one) => one.nodes)].map(({ type }) => type))
  return [...types].flatMap((type) => registry.nodes.get(type) ?? [])
}

function pluginsOf(types: readonly Used[]): LockedPlugin[] {
  const plugins = new Map(types.filter(({ plugin }) => !plugin.trusted).map(({ plugin }) => [plugin.id, plugin]))
  return [...plugins.values()].map(({ id: name, version, hash }) => ({ name, ...(version !== undefined && { version }), hash }))
}

const nodeTypeOf = ({ node: { type, version }, plugin }: Used): LockedNodeType =>
  ({ type, version, ...(!plugin.trusted && { plugin: plugin.id }) })

/** Weights, configuration and tokenizer of each model: all that may change what it does. */
async function modelFiles(workflow: Workflow, registry: Registry, folders: Folders): Promise<LockedFile[]> {
  const files = new Map<string, string>()
  for (const { choice, name } of namedModels(workflow, registry)) {
    for (const [file, path] of await filesOf(choice, name, folders)) files.set(file, path)
  }
  return lockedFiles(files)
}

async function filesOf({ folder, part, beside = [] }: ModelChoice, name: string, folders: Folders): Promise<(readonly [file: string, path: string])[]> {
  try {
    const { path, root } = await modelPath(folders, folder, name)
    const isFolder = (await stat(path)).isDirectory()
    const parts = part === undefined ? [path] : [part, ...beside].map((one) => join(path, one))
    const paths = isFolder ? (await Promise.all(parts.map(filesIn))).flat() : [path]
    return paths.map((one) => [relative(root, one).split(sep).join('/'), one])
  } catch (error) {
    if (error instanceof ModelNotFoundError) return []
    throw error
  }
}

/** The pictures and videos that nodes name; links to such a name are not followed. */
async function inputFiles({ nodes, subgraphs = [] }: Workflow, registry: Registry, folders: Folders): Promise<LockedFile[]> {
  const files = new Map<string, string>()
  for (const { type, inputs = {} } of [...nodes, ...subgraphs.flatMap((one) => one.nodes)]) {
    for (const [input, port] of Object.entries(registry.nodes.get(type)?.node.inputs ?? {})) {
      const name = namesInputFile(port) && Object.hasOwn(inputs, input) ? inputs[input] : undefined
      if (typeof name === 'string') files.set(name, inputPath(folders, name))
    }
  }
  return lockedFiles(files)
}

async function lockedFiles(files: ReadonlyMap<string, string>): Promise<LockedFile[]> {
  const found = await Promise.all([...files].map(async ([file, path]): Promise<LockedFile[]> => {
    const isFile = await stat(path).then((one) => one.isFile(), () => false)
    if (!isFile) return []
    const { bytes, hash: sha256 } = await fileIdentity(path)
    return [{ file, bytes, sha256 }]
  }))
  return found.flat()
}

async function environment(): Promise<Environment> {
  return {
    engine: `${packageJson.version} (${engineHash()})`,
    runtime: runtimeVersion(),
    node: process.versions.node,
    pictures: await pictures(),
    platform: `${process.platform} ${process.arch}`,
    processor: cpus()[0]?.model.trim() ?? process.arch,
    'processor features': await processorFeatures(),
    threads: String(defaultThreads()),
  }
}

async function pictures(): Promise<string> {
  const { default: sharp } = await import('sharp')
  return `sharp ${sharp.versions.sharp ?? 'unknown'}, libvips ${sharp.versions.vips}`
}

/** Instructions that decide which kernels compute, and so in which order sums are taken. */
const FEATURES = /^(sse4_2|avx|avx2|f16c|fma|avx512\w+|avx_vnni|amx_\w+|asimd\w*|i8mm|bf16|sve\w*)$/

/** Known on Linux only. */
async function processorFeatures(): Promise<string> {
  const text = await readFile('/proc/cpuinfo', 'utf8').catch(() => '')
  const [, flags = ''] = /^(?:flags|Features)\s*:\s*(.*)$/m.exec(text) ?? []
  return flags.split(' ').filter((one) => FEATURES.test(one)).sort().join(' ') || 'unknown'
}
