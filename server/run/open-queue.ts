/**
 * Everything about running jobs, put together: workers, desk, admission, feed and queue. The workers start before the
 * store is there, since they take longest.
 */
import { mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { removeTemporaries } from '../../media/staging.ts'
import type { Folders, PluginReport, PluginSettings } from '../../worker/protocol.ts'
import type { ServerConfig } from '../config/config.ts'
import { openFeed } from '../events/open-feed.ts'
import type { Feed } from '../events/open-feed.ts'
import type { Admission, Log, Metrics } from '../services.ts'
import type { JobStore } from '../store/store.ts'
import { openAdmission } from './admission.ts'
import { Desk } from './desk.ts'
import { Queue } from './queue.ts'
import { CARRIED, previewFolder } from './run-request.ts'
import { WorkerSlot } from './worker-slot.ts'

export interface OpenQueueOptions {
  readonly config: ServerConfig
  readonly folders: Folders
  readonly store: JobStore | Promise<JobStore>
  readonly log: Log
  readonly metrics: Metrics
  /** The worker's module; the built one when left out. */
  readonly entry?: string
  /** Told what became of plugins, whenever they were loaded. */
  readonly onPlugins?: (plugins: readonly PluginReport[]) => void
}

export interface OpenedQueue {
  readonly queue: Queue
  readonly desk: Desk
  readonly admission: Admission
  readonly feed: Feed
  /** Starts nothing more; what runs gets so many seconds to save its state and is queued again. Ends the workers. */
  suspend(seconds: number): Promise<void>
}

/** Jobs that ended before, for the first snapshots. */
const REMEMBERED = 100

/** Starts the workers, takes over what waits in the store, and runs it. The store stays the caller's to close, after `suspend`. */
export async function openQueue(options: OpenQueueOptions): Promise<OpenedQueue> {
  const { config, folders } = options
  let opened: { readonly queue: Queue; readonly desk: Desk } | undefined
  const learn: Parameters<Desk['learn']>[] = []
  const slots = config.devices.map((device) => new WorkerSlot({
    device, folders, log: options.log, silence: config.queue.workerSilence, ...pluginSettings(config), ...(options.entry !== undefined && { entry: options.entry }),
    onReady: (definitions) => {
      if (opened === undefined) return void learn.push([definitions])
      opened.desk.learn(definitions)
      opened.queue.pump()
    },
    onLoaded: (name, seconds) => options.metrics.observe('kinograph_model_load_seconds', seconds, { device: name }),
    onPlugins: (plugins) => {
      opened?.desk.doubt()
      options.onPlugins?.(plugins)
    },
    onDown: () => {},
  }))
  try {
    const store = await options.store
    const feed: Feed = openFeed({ waiting: (limit) => queue.waiting(limit) })
    const queue = new Queue({ ...options, store, feed, slots })
    const desk = new Desk({ slots, folders, isBusy: (slot) => queue.isBusy(slot) })
    const [waiting, isPaused, ended] = await Promise.all([
      store.waiting(), store.paused(), store.history({ limit: REMEMBERED, states: ['done', 'failed', 'cancelled', 'quarantined'] }),
    ])
    feed.remember(ended.jobs)
    queue.adopt(waiting, isPaused)
    await cleanUp(config, folders, new Set(waiting.map(({ id }) => id)))
    opened = { queue, desk }
    for (const [definitions] of learn) desk.learn(definitions)
    queue.pump()
    return { queue, desk, admission: openAdmission(desk, folders), feed, suspend: (seconds) => queue.suspend(seconds) }
  } catch (error) {
    await Promise.all(slots.map((slot) => slot.close()))
    throw error
  }
}

function pluginSettings(config: ServerConfig): { readonly plugins?: PluginSettings } {
  const limit = Number(process.env['KINOGRAPH_PLUGIN_LIMIT'])
  return config.safe ? {} : { plugins: { project: process.cwd(), folders: config.pluginFolders, ...(limit > 0 && { limit }) } }
}

/** Makes the folders that are needed, and removes what a crash left in them. */
async function cleanUp(config: ServerConfig, folders: Folders, alive: ReadonlySet<string>): Promise<void> {
  const previews = previewFolder(config.folders.data)
  const checkpoints = join(config.folders.data, 'checkpoints')
  await rm(previews, { recursive: true, force: true })
  await Promise.all([folders.input, folders.output, folders.temp, previews, checkpoints].map((one) => mkdir(one, { recursive: true })))
  await Promise.all([
    removeWhere(checkpoints, (name) => !alive.has(name)),
    removeWhere(folders.temp, (name) => name.startsWith(CARRIED)),
  ])
  void removeTemporaries(folders.output).catch(() => {}) // many folders take a while; what living workers make stays
}

async function removeWhere(folder: string, isLeft: (name: string) => boolean): Promise<void> {
  const names = await readdir(folder).catch(() => [])
  await Promise.all(names.filter(isLeft).map((name) => rm(join(folder, name), { recursive: true, force: true }).catch(() => {}))) // the next start tries again
}
