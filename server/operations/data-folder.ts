/** The folders that a server writes to: made where they are missing, tried before anything is promised. */
import { constants } from 'node:fs'
import { access, mkdir, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import type { ServerConfig } from '../config/config.ts'
import type { Services } from '../services.ts'
import { StartError } from './start-error.ts'

/** The folders of a run, and where the server keeps its own. */
export type ServerFolders = Services['folders'] & { readonly checkpoints: string; readonly previews: string }

export function serverFolders({ folders: { data, input, output, models } }: ServerConfig): ServerFolders {
  return { data, input, output, models, temp: join(data, 'temp'), checkpoints: join(data, 'checkpoints'), previews: join(data, 'previews') }
}

/** @throws StartError that names the folder which can't be used */
export async function makeFolders({ data, input, output, temp, checkpoints, previews }: ServerFolders): Promise<void> {
  for (const folder of [data, input, output, temp, checkpoints, previews]) {
    try {
      await makeFolder(folder)
      await access(folder, constants.R_OK | constants.W_OK | constants.X_OK)
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      throw new StartError(`The folder ${folder} can't be used: ${why}. Name another one, or give yourself the right to write there.`, { cause: error })
    }
  }
}

/** One level after the other: Node's recursive `mkdir` never ends in a folder such as /proc, which says ENOENT to what is new. */
async function makeFolder(folder: string): Promise<void> {
  const missing: string[] = []
  for (let at = resolve(folder); ; at = dirname(at)) {
    const found = await stat(at).catch(() => undefined)
    if (found !== undefined && !found.isDirectory()) throw new Error(`${at} is a file`)
    if (found !== undefined || at === dirname(at)) break
    missing.push(at)
  }
  for (const one of missing.reverse()) await mkdir(one).catch(unlessThere)
}

function unlessThere(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error
}
