/** The answer to `models`: what is there, then what EasyAnimate's zoo has besides. */
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { listModels } from '../nodes/models/places.ts'
import { modelRoots } from '../nodes/models/port.ts'
import { downloadAdvice, MODEL_FOLDERS, ZOO, zooModel } from '../nodes/models/zoo.ts'
import type { ModelRow } from './protocol.ts'

/** @param models the run's models folder, where downloads go */
export async function modelRows(models: string): Promise<ModelRow[]> {
  const there = await Promise.all(MODEL_FOLDERS.map(async (folder) => {
    const found = await listModels(modelRoots({ models }), folder)
    return Promise.all(found.map(async ({ name, path }): Promise<ModelRow> => {
      const what = zooModel(folder, name)?.what
      return { folder, name, path, bytes: await bytesBelow(path), ...(what !== undefined && { what }) }
    }))
  }))
  const rows = there.flat()
  const missing = ZOO.filter(({ folder, name }) => !rows.some((row) => row.folder === folder && row.name === name))
  return [...rows, ...missing.map((model): ModelRow => {
    const { folder, name, what, size, url, later } = model
    return { folder, name, what, size, url, advice: downloadAdvice(model, models), ...(later !== undefined && { later }) }
  })]
}

/** Bytes of a file, or of all files below a folder. */
async function bytesBelow(path: string): Promise<number> {
  const info = await stat(path)
  if (!info.isDirectory()) return info.size
  const names = await readdir(path)
  const sizes = await Promise.all(names.map((name) => bytesBelow(join(path, name))))
  return sizes.reduce((sum, size) => sum + size, 0)
}
