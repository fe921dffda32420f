import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { DiffusionError } from '../error.ts'

/**
 * The folder of one part of a model in diffusers' layout: `part` inside `folder`, or `folder` itself where it has a
 * config.json of its own.
 * @param what the part as messages name it
 */
export async function partFolder(folder: string, part: string, what: string): Promise<string> {
  const inside = join(folder, part)
  if (existsSync(join(inside, 'config.json'))) return inside
  if (existsSync(join(folder, 'config.json'))) return folder
  const names = await readdir(folder).catch((): string[] => [])
  throw new DiffusionError({
    field: folder,
    expected: `a model folder with ${part}/config.json`,
    found: names.length > 0 ? names.slice(0, 8).join(', ') : existsSync(folder) ? 'an empty folder' : 'nothing there',
    remedy: `Choose the folder of a model with ${what}; \`kinograph models\` lists what is there and what can be had.`,
  })
}
