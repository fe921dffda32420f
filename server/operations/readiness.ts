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
  readonly store: Pick<JobStore, 'check' | 'failures' | 'recovery'>
  readonly desk: Pick<WorkerDesk, 'unready'>
  readonly config: Pick<ServerConfig, 'folders' | 'minFreeBytes'>
  /** Whether the server is on its way out. */
  readonly isStopping: () => boolean
}

/** Checks that write to the disk are made at most once in so many milliseconds, however many ask, unless a write has failed since. */
const KEPT = 500

const LONGEST_PROBLEM = 500

interface Kept {
  readonly checks: Promise<readonly Check[]>
  /** Of the store, when they began. */
  readonly failures: number
  isBad: boolean
}

/** Gives the function that answers. */
export function readinessOf(sources: ReadinessSources): () => Promise<Readiness> {
  const { store, config } = sources
  let kept: Kept | undefined
  const look = (): Kept => {
    const one: Kept = { checks: Promise.all([checkStore(store), checkDisk(config)]), failures: store.failures, isBad: false }
    void one.checks.then((checks) => {
      one.isBad = checks.some(({ ok }) => !ok)
      setTimeout(() => { if (kept === one) kept = undefined }, KEPT).unref()
    })
    return one
  }
  const slowChecks = () => {
    if (kept === undefined || (!kept.isBad && kept.failures !== store.failures)) kept = look()
    return kept.checks
  }
  return async () => {
    const checks = [checkRunning(sources.isStopping()), checkWorker(sources.desk), ...await slowChecks()]
    const { truncated } = store.recovery
    return { ready: checks.every(({ ok }) => ok), checks, notices: truncated === undefined ? [] : [truncated] }
  }
}

function checkRunning(isStopping: boolean): Check {
  return isStopping ? { name: 'running', ok: false, problem: 'The server is shutting down.' } : { name: 'running', ok: true }
}

function checkWorker({ unready }: Pick<WorkerDesk, 'unready'>): Check {
  if (unready.length === 0) return { name: 'worker', ok: true }
  const devices = unready.map(({ device, problem }) => problem === undefined
    ? `The worker of ${device} has not answered yet.`
    : `${device} can't be opened: ${problem.slice(0, LONGEST_PROBLEM)}`)
  return { name: 'worker', ok: false, problem: `${devices.join(' ')} If this stays, "kinograph doctor" says what is missing.` }
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
