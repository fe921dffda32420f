/** Where weights lie: EasyAnimate's layout under one or more models folders, and the way from a name to a path. */
import { readdir, stat } from 'node:fs/promises'
import { join, posix } from 'node:path'
import { downloadAdvice, zooModel } from './zoo.ts'
import type { ModelFolder } from './zoo.ts'

/** Models folders in the order in which they are searched. */
export type ModelRoots = readonly string[]

export interface FoundModel {
  /** Relative to its folder, with `/` between parts: what a workflow stores. */
  readonly name: string
  readonly path: string
  readonly root: string
}

const WEIGHTS = /\.(safetensors|bin|pt|pth|ckpt)$/
/** Sub-folders of Motion_Module and Personalized_Model that are looked into. */
const MAX_DEPTH = 4

/** Every model of `folder`, by name; where two roots have the same name the first root's is the one. */
export async function listModels(roots: ModelRoots, folder: ModelFolder): Promise<FoundModel[]> {
  const found = new Map<string, FoundModel>()
  for (const root of roots) {
    const names = folder === 'Diffusion_Transformer'
      ? await pipelineFolders(join(root, folder))
      : await weightFiles(join(root, folder), '', MAX_DEPTH)
    for (const name of names) if (!found.has(name)) found.set(name, { name, path: join(root, folder, name), root })
  }
  return [...found.values()].sort((a, b) => a.name < b.name ? -1 : 1)
}

/** Thrown for a model name that leads nowhere; `remedy` says what to download or what there is. */
export class ModelNotFoundError extends Error {
  override readonly name = 'ModelNotFoundError'
  readonly problem: string
  readonly remedy: string
  constructor(problem: string, remedy: string) {
    super(`${problem} ${remedy}`)
    this.problem = problem
    this.remedy = remedy
  }
}

/**
 * The path of a model that a workflow names.
 * @throws ModelNotFoundError when no root has it, or when the name would leave its folder
 */
export async function findModel(roots: ModelRoots, folder: ModelFolder, name: string): Promise<FoundModel> {
  if (isInside(name)) {
    for (const root of roots) {
      const path = join(root, folder, name)
      if (await exists(path)) return { name, path, root }
    }
  }
  const problem = `${JSON.stringify(name)} is not in ${roots.map((root) => join(root, folder)).join(' or ')}.`
  throw new ModelNotFoundError(problem, await missingAdvice(roots, folder, name))
}

/** What to do about a model that is not there: the zoo's address where it is the zoo's, else what there is. */
export async function missingAdvice(roots: ModelRoots, folder: ModelFolder, name: string): Promise<string> {
  const known = zooModel(folder, name)
  if (known !== undefined) return downloadAdvice(known, roots[0])
  const there = (await listModels(roots, folder)).map((model) => model.name)
  const list = there.length === 0 ? `There is no model in ${folder} yet` : `There are: ${there.join(', ')}`
  return `${list}. "kinograph models" lists where EasyAnimate's weights can be had.`
}

/** A relative path with neither `..` nor anything that another system would read as an absolute one. */
const isInside = (name: string) =>
  name !== '' && !/[\0\\:]/.test(name) && !posix.isAbsolute(name) && !name.split('/').some((part) => part === '..' || part === '')

async function pipelineFolders(folder: string): Promise<string[]> {
  const names = await namesIn(folder)
  const checks = await Promise.all(names.map(async (name) =>
    await exists(join(folder, name, 'model_index.json')) || await exists(join(folder, name, 'transformer', 'config.json'))))
  return names.filter((_, i) => checks[i])
}

/** Weight files below `folder`, and folders that hold a PEFT adapter, which count as one model. */
async function weightFiles(folder: string, prefix: string, depth: number): Promise<string[]> {
  const files: string[] = []
  for (const name of await namesIn(folder)) {
    const path = join(folder, name)
    if (WEIGHTS.test(name)) files.push(prefix + name)
    else if (await exists(join(path, 'adapter_config.json'))) files.push(prefix + name)
    else if (depth > 1) files.push(...await weightFiles(path, `${prefix}${name}/`, depth - 1))
  }
  return files
}

/** Names in a folder, hidden ones left out; none where it is no folder. */
async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).filter((name) => !name.startsWith('.')).sort()
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return []
    throw error
  }
}

const exists = (path: string) => stat(path).then(() => true, () => false)
