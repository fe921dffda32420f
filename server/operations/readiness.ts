/** Whether a server can do what it is for, and if not, why: what /ready says. */
import { statfs } from 'node:fs/promises'
import type { ServerConfig } from '../config/config.ts'
import type { JobStore } from '../store/store.ts'
import type { WorkerDesk } from '../services.ts'

export interface Readiness {
  readonly ready: boolean
  readonly checks: readonly Check[]
  /** What somebody should know although it does not stop anything. */
  readonly notices: readonly string[]
}

export interface Check {
  readonly name: 'store' | 'worker' | 'disk' | 'running'
  readonly ok: boolean
  /** What is wrong, and what to do. */
  readonly problem?: string
}

export interface ReadinessSources {
  readonly store: Pick<JobStore, 'check' | 'recovery'>
  readonly desk: Pick<WorkerDesk, 'isReady'>
  readonly config: Pick<ServerConfig, 'folders' | 'minFreeBytes'>
  /** Whether the server is on its way out. */
  readonly isStopping: () => boolean
}

/** Checks that write to the disk are made at most once in so many milliseconds, however many ask. */
const KEPT = 500

/** Gives the function that answers. */
export function readinessOf(sources: ReadinessSources): () => Promise<Readiness> {
  let checked: Promise<readonly Check[]> | undefined
  const slowChecks = () => {
    if (checked === undefined) {
      checked = Promise.all([checkStore(sources.store), checkDisk(sources.config)])
      void checked.then(() => setTimeout(() => { checked = undefined }, KEPT).unref())
    }
    return checked
  }
  return async () => {
    const checks = [checkRunning(sources.isStopping()), checkWorker(sources.desk), ...await slowChecks()]
    const { truncated } = sources.store.recovery
    return { ready: checks.every(({ ok }) => ok), checks, notices: truncated === undefined ? [] : [truncated] }
  }
}

function checkRunning(isStopping: boolean): Check {
  return isStopping ? { name: 'running', ok: false, problem: 'The server is shutting down.' } : { name: 'running', ok: true }
}

function checkWorker({ isReady }: Pick<WorkerDesk, 'isReady'>): Check {
  if (isReady) return { name: 'worker', ok: true }
  return { name: 'worker', ok: false, problem: 'No worker has answered yet. If this stays, "kinograph doctor" says what is missing.' }
}

async function checkStore(store: Pick<JobStore, 'check'>): Promise<Check> {
  try {
    await store.check()
    return { name: 'store', ok: true }
  } catch (error) {
    return { name: 'store', ok: false, problem: `The queue can't be written: ${error instanceof Error ? error.message : String(error)}` }
  }
}

async function checkDisk({ folders, minFreeBytes }: Pick<ServerConfig, 'folders' | 'minFreeBytes'>): Promise<Check> {
  for (const folder of [folders.data, folders.output]) {
    const free = await freeBytes(folder)
    if (free instanceof Error) return { name: 'disk', ok: false, problem: `${folder} can't be looked at: ${free.message}` }
    if (free < minFreeBytes) {
      const problem = `${folder} has ${free} bytes free, and ${minFreeBytes} are wanted. Make room there, or lower minFreeBytes.`
      return { name: 'disk', ok: false, problem }
    }
  }
  return { name: 'disk', ok: true }
}

async function freeBytes(folder: string): Promise<number | Error> {
  try {
    const { bavail, bsize } = await statfs(folder)
    return bavail * bsize
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  }
}
