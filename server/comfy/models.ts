/** Weights in the models folder, by the folders that they lie in. */
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Router } from 'express'
import type { JsonObject } from '../../core/types/json.ts'
import { folderInside, openInside } from '../assets/open-inside.ts'
import type { Services } from '../services.ts'
import { missing, refusal } from './errors.ts'
import { metadataOf } from './files/weights-metadata.ts'

const WEIGHTS = /\.(?:safetensors|sft|ckpt|pt|pth|pt2|bin|pkl|gguf|onnx)$/i
const DEPTH = 8
const MOST = 20_000

/** `/models`, `/experiment/models`, `/view_metadata`. */
export function modelRoutes(services: Services): Router {
  const { models } = services.folders
  return Router()
    .get('/models', async (_request, response) => {
      response.json(await foldersOf(models))
    })
    .get('/models/:folder', async (request, response) => {
      response.json((await weightsIn(models, request.params.folder)).map(({ name }) => name))
    })
    .get('/experiment/models', async (_request, response) => {
      // Paths of this machine stay here: the folder is named as it is below the models folder.
      response.json((await foldersOf(models)).map((name) => ({ name, folders: [`models/${name}`] })))
    })
    .get('/experiment/models/:folder', async (request, response) => {
      response.json(await Promise.all((await weightsIn(models, request.params.folder)).map(described)))
    })
    .get('/view_metadata/:folder', async (request, response) => {
      const { filename } = request.query
      if (typeof filename !== 'string' || filename === '') {
        throw refusal(400, 'invalid_request', '"filename" is missing.', 'Expected a .safetensors file of that folder.')
      }
      const file = await openInside(models, `${request.params.folder}/${filename}`, 'filename')
      const metadata = await metadataOf(file)
      if (metadata === undefined) throw missing(`Metadata in ${filename}`)
      response.json(metadata)
    })
}

async function foldersOf(models: string): Promise<string[]> {
  const entries = await readdir(models, { withFileTypes: true }).catch(() => [])
  return entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.')).map(({ name }) => name).sort()
}

interface WeightsFile {
  /** Below its folder. */
  readonly name: string
  /** Absolute. */
  readonly path: string
}

/** @throws ComfyRefusal 404 for a folder that is not there */
async function weightsIn(models: string, folder: string): Promise<WeightsFile[]> {
  const real = await folderInside(models, folder)
  if (real === undefined || folder === '') throw missing(`The folder "${folder.slice(0, 80)}" of models`)
  const found: WeightsFile[] = []
  await collect(real, '', DEPTH, found)
  return found.sort((a, b) => (a.name < b.name ? -1 : 1))
}

async function collect(folder: string, below: string, depth: number, found: WeightsFile[]): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
  for (const { name, ...entry } of entries.map((one) => ({ name: one.name, isFolder: one.isDirectory(), isFile: one.isFile() || one.isSymbolicLink() }))) {
    if (found.length >= MOST || name.startsWith('.')) continue
    const path = join(folder, name)
    if (entry.isFolder && depth > 1) await collect(path, `${below}${name}/`, depth - 1, found)
    else if (entry.isFile && WEIGHTS.test(name)) found.push({ name: `${below}${name}`, path })
  }
}

/** Times in seconds since 1970, as ComfyUI gives them. */
async function described({ name, path }: WeightsFile): Promise<JsonObject> {
  const stats = await stat(path).catch(() => undefined)
  return { name, pathIndex: 0, modified: (stats?.mtimeMs ?? 0) / 1000, created: (stats?.birthtimeMs ?? 0) / 1000, size: stats?.size ?? 0 }
}
