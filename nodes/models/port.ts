/** The port through which a workflow names a model, and what stands behind such a name. */
import { existsSync } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { port } from '../../core/types/index.ts'
import type { Json, Paths, Port } from '../../core/types/index.ts'
import { resolveHold } from '../../diffusion/index.ts'
import type { HoldWish } from '../../diffusion/index.ts'
import { findModel, listModels } from './places.ts'
import type { FoundModel, ModelRoots } from './places.ts'
import type { ModelFolder } from './zoo.ts'

/** The models that kinograph brings along: `models/` beside its package.json. */
export const EMBEDDED_MODELS = findEmbedded()

function findEmbedded(): string {
  let folder = dirname(fileURLToPath(import.meta.url))
  while (!existsSync(join(folder, 'package.json')) && folder !== dirname(folder)) folder = dirname(folder)
  return join(folder, 'models')
}

/** Where a run looks for weights: its own models folder, then the embedded models. */
export const modelRoots = ({ models }: Pick<Paths, 'models'>): ModelRoots => [...new Set([models, EMBEDDED_MODELS])]

/** Which folder of models a port chooses from, which part of a model it uses (`vae`), and which small parts beside it. */
export interface ModelChoice { readonly folder: ModelFolder; readonly part?: string; readonly beside?: readonly string[] }
const choices = new WeakMap<object, ModelChoice>()

/** What a port that `modelPort` made chooses; undefined for any other port. */
export const modelChoiceOf = (port: object): ModelChoice | undefined => choices.get(port)

/** A choice among the models of a folder. The list is made when somebody asks, so files may come and go. */
export function modelPort(folder: ModelFolder, options: Omit<ModelChoice, 'folder'> & { readonly tooltip?: string } = {}): Port<string> {
  const { tooltip, ...choice } = options
  const made = port.choice(
    async ({ paths }) => (await listModels(modelRoots(paths), folder)).map((model) => model.name),
    { tooltip: tooltip ?? `one of models/${folder}` },
  )
  choices.set(made, { folder, ...choice })
  return made
}

/** The path behind a name. @throws ModelNotFoundError, which says what to download */
export const modelPath = async (paths: Pick<Paths, 'models'>, folder: ModelFolder, name: string): Promise<FoundModel> =>
  findModel(modelRoots(paths), folder, name)

/**
 * What changes when a model's files change: names, sizes and times of its weights and configuration. For `fingerprint`
 * hooks: cheap, since reading gigabytes for a hash before each run is not. The recipe holds the hashes.
 * @param parts subfolders of a model folder that count; all of a single file counts
 */
export async function fingerprintOf(
  paths: Pick<Paths, 'models'>, folder: ModelFolder, name: string | undefined, ...parts: readonly string[]
): Promise<Json> {
  if (name === undefined) return null
  const { path } = await modelPath(paths, folder, name)
  const files = parts.length === 0 ? [path] : (await Promise.all(parts.map((part) => filesIn(join(path, part))))).flat()
  return Promise.all(files.map(async (file) => {
    const { size, mtimeMs } = await stat(file)
    return [file, size, mtimeMs]
  }))
}

/** The files directly in a folder, with their paths; none where there is no such folder. */
export async function filesIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => [])
  return names.sort().map((name) => join(folder, name))
}

const WEIGHTS = /\.(safetensors|bin|pt|pth|ckpt)$/

/** Bytes of the weights behind a name; of a folder that has them in two formats, those that are opened. */
export async function weightBytes(paths: Pick<Paths, 'models'>, folder: ModelFolder, name: string, part?: string): Promise<number> {
  const { path } = await modelPath(paths, folder, name)
  const inside = part === undefined ? path : join(path, part)
  const files = (await stat(inside)).isDirectory() ? (await filesIn(inside)).filter((file) => WEIGHTS.test(file)) : [inside]
  const preferred = files.filter((file) => file.endsWith('.safetensors'))
  const sizes = await Promise.all((preferred.length > 0 ? preferred : files).map(async (file) => (await stat(file)).size))
  return sizes.reduce((sum, size) => sum + size, 0)
}

/** A part of a model that is loaded, and how its weights are to be held. */
export interface HeldPart {
  readonly folder: ModelFolder
  readonly name: string
  readonly part: string
  readonly hold?: HoldWish
}

/** How a part is held: `auto` is what it comes to, and so in every key that names the model. */
export const holdOf = async (paths: Pick<Paths, 'models'>, { folder, name, part, hold = 'auto' }: HeldPart): Promise<HoldWish> =>
  resolveHold(hold, await weightBytes(paths, folder, name, part))
