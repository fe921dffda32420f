/** The folders that a server writes to: made where they are missing, tried before anything is promised. */
import { constants } from 'node:fs'
import { access, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
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
      await mkdir(folder, { recursive: true })
      await access(folder, constants.R_OK | constants.W_OK | constants.X_OK)
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      throw new StartError(`The folder ${folder} can't be used: ${why}. Name another one, or give yourself the right to write there.`, { cause: error })
    }
  }
}
