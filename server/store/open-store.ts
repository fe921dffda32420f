import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { Worker } from 'node:worker_threads'
import { jobStore } from './job-store.ts'
import type { ThreadData } from './operations.ts'
import type { JobStore } from './store.ts'
import { storeErrorData, StoreError } from './store-error.ts'
import { threadEntry } from './thread-entry.ts'
import { ThreadLink } from './thread-link.ts'

export interface StoreOptions {
  /** Names that are taken there are never given to a new file. Default: `output` in the data folder. */
  readonly outputFolder?: string
  /** Jobs that may wait. Default: no limit. */
  readonly queueLimit?: number
  /** A job that so many ends of the server without goodbye interrupted is set aside. Default 10. */
  readonly maxCrashes?: number
  /** Milliseconds since 1970. For tests. */
  readonly now?: () => number
  /** The thread's script, where it is not found by itself. */
  readonly thread?: URL
}

/** The database's name in the data folder. */
export const DATABASE = 'kinograph.db'
/** Holds the process id of the server that has the folder. */
export const LOCK = 'lock'

/** Ceilings, in MB, not what is taken: a batch of large workflows must fit. */
const LIMITS = { maxOldGenerationSizeMb: 512, maxYoungGenerationSizeMb: 8 }

/**
 * Opens the store in a data folder, which is made where it is missing. What a crash left running is queued again.
 * @throws StoreError `locked`, `newer`, `corrupt`, `read_only`, `disk_full`
 */
export async function openStore(folder: string, options: StoreOptions = {}): Promise<JobStore> {
  const { outputFolder = join(folder, 'output'), queueLimit = Number.MAX_SAFE_INTEGER, maxCrashes = 10, now = Date.now } = options
  const file = join(resolve(folder), DATABASE)
  makeFolder(folder)
  const workerData: ThreadData = {
    file, lockFile: join(resolve(folder), LOCK), outputFolder: resolve(outputFolder), queueLimit, maxCrashes, now: now(),
  }
  const link = new ThreadLink(new Worker(options.thread ?? await threadEntry(), { workerData, resourceLimits: LIMITS, name: 'store' }))
  return jobStore(link, await link.opened, now)
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true })
  } catch (error) {
    throw new StoreError(storeErrorData(error, folder), { cause: error })
  }
}
