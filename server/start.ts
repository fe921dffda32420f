/** A server from its settings: workers and store first, since they take longest, then what speaks HTTP. */
import packageJson from '../package.json' with { type: 'json' }
import type { AppServices } from './app.ts'
import type { ServerConfig, TokenConfig } from './config/config.ts'
import type { HttpSide } from './http.ts'
import { tellRemoved } from './events/removed.ts'
import { makeFolders, serverFolders } from './operations/data-folder.ts'
import { promptReader } from './operations/job-prompts.ts'
import { openLog } from './operations/log.ts'
import { logPlugins } from './operations/log-plugins.ts'
import { ServerMetrics } from './operations/metrics.ts'
import { pruneHistory } from './operations/prune-history.ts'
import { readinessOf } from './operations/readiness.ts'
import { gaugeReader } from './operations/readings.ts'
import { StartError } from './operations/start-error.ts'
import { watchJobs } from './operations/watch-jobs.ts'
import { openQueue } from './run/open-queue.ts'
import type { Log } from './services.ts'
import { openStore } from './store/open-store.ts'
import { StoreError } from './store/store-error.ts'
import type { JobStore, Recovery } from './store/store.ts'

export { loadConfig } from './config/load-config.ts'
export { ConfigError } from './config/problems.ts'
export { StartError } from './operations/start-error.ts'

export interface RunningServer {
  /** Without a slash at its end. */
  readonly url: string
  readonly services: AppServices
  /** Takes other tokens from now on. */
  replaceTokens(tokens: readonly TokenConfig[]): void
  /** In order: nothing new, what runs saves where it is within `drainSeconds`, last words to sockets, the store. */
  stop(): Promise<void>
}

export interface StartOptions {
  /** Texts that must not come up in the log. */
  readonly secrets?: readonly string[]
}

/** A job in whose middle the server has ended so often is set aside. */
const MAX_CRASHES = 5

/** Starts a server. @throws StartError when it can't: the port or the data folder is taken, a folder can't be written */
export async function startServer(config: ServerConfig, { secrets = [] }: StartOptions = {}): Promise<RunningServer> {
  const log = openLog({ ...config, secrets })
  const metrics = new ServerMetrics()
  const folders = serverFolders(config)
  const opening = makeFolders(folders).then(() => openStore(folders.data, { queueLimit: config.queue.limit, outputFolder: folders.output, maxCrashes: MAX_CRASHES }))
  const queueing = openQueue({ config, folders, store: opening, log, metrics, onPlugins: (plugins) => logPlugins(log, plugins) })
  const loading = import('./http.ts')
  const { queue, desk, admission, feed, suspend } = await queueing.catch((error: unknown) => giveUp(error, opening))
  const store = await opening
  logRecovery(log, store.recovery)
  let isStopping = false
  const services: AppServices = {
    config, folders, store, queue, feed, desk, admission, log, metrics,
    isStopping: () => isStopping,
    readiness: readinessOf({ store, desk, config, isStopping: () => isStopping }),
  }
  metrics.readFrom(gaugeReader(services))
  const stopWatching = watchJobs(feed, log, metrics, config.logPrompts ? promptReader(services) : undefined)
  const stopPruning = pruneHistory(store, config.history, log, (removed) => tellRemoved({ store, feed }, removed))
  const stop = async (drainSeconds: number, http?: HttpSide) => {
    isStopping = true
    http?.refuse()
    stopPruning()
    await suspend(drainSeconds)
    await http?.close()
    stopWatching()
    await store.close()
    log.flush()
  }
  const http = await loading.then(({ serveHttp }) => serveHttp(services)).catch(async (error: unknown) => {
    await stop(0)
    throw error
  })
  log.info({ url: http.url, pid: process.pid, version: packageJson.version }, 'the server listens')
  return { url: http.url, services, replaceTokens: http.replaceTokens, stop: () => stop(config.drainSeconds, http) }
}

/** What a crash of the server before this one has left. */
function logRecovery(log: Log, { requeued, quarantined, truncated }: Recovery): void {
  if (requeued.length > 0) log.warn({ jobs: requeued.slice(0, 100), count: requeued.length }, 'jobs that were interrupted run again')
  if (quarantined.length > 0) log.warn({ jobs: quarantined.slice(0, 100), count: quarantined.length }, 'jobs were put aside: crashes interrupted them too often')
  if (truncated !== undefined) log.warn({ notice: truncated }, 'the end of the log was cut off')
}

/** Closes the store, if it is open. What it says against being opened is a reason not to start. */
async function giveUp(error: unknown, opening: Promise<JobStore>): Promise<never> {
  await opening.then((store) => store.close()).catch(() => {})
  if (error instanceof StoreError) throw new StartError(error.message, { cause: error })
  throw error
}
