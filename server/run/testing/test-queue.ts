/** A queue with everything real, in a folder of its own: the built worker, the store, files. For tests. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { Workflow } from '../../../core/workflow/workflow.ts'
import { defaultConfig } from '../../config/defaults.ts'
import type { ServerConfig } from '../../config/config.ts'
import type { FeedEntry } from '../../events/feed.ts'
import type { Job, JobRequest } from '../../job/job.ts'
import type { NewJob, JobStore } from '../../store/store.ts'
import { openStore } from '../../store/open-store.ts'
import { openQueue } from '../open-queue.ts'
import type { OpenedQueue } from '../open-queue.ts'
import { writeTestPlugin } from './plugin.ts'

export interface TestQueue extends OpenedQueue {
  readonly folder: string
  readonly config: ServerConfig
  readonly store: JobStore
  readonly entries: readonly FeedEntry[]
  /** Submits a workflow and gives its id. */
  put(workflow: Workflow, more?: Partial<Omit<NewJob, 'request'>> & { readonly request?: Partial<JobRequest> }): Promise<string>
  /** Resolves once an entry like this has come, or had come before. */
  seen(is: (entry: FeedEntry) => boolean, what?: string): Promise<FeedEntry>
  /** The job when it has ended. */
  ended(id: string): Promise<Job>
  started(id: string, times?: number): Promise<unknown>
  close(seconds?: number): Promise<void>
  path(name: string): string
}

/** Seconds that anything may take on a busy machine. */
const PATIENCE = 20

export function testFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'kinograph-queue-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }))
  return folder
}

export async function testQueue(over: Partial<ServerConfig['queue']> & { readonly folder?: string; readonly devices?: ServerConfig['devices'] } = {}): Promise<TestQueue> {
  const { folder = testFolder(), devices = ['cpu'], ...queue } = over
  const base = defaultConfig(folder)
  const config: ServerConfig = {
    ...base, devices, pluginFolders: [writeTestPlugin(join(folder, 'plugins'))], queue: { ...base.queue, cancelGrace: 2, ...queue },
  }
  const { input, output, models } = config.folders
  const silent = { info: () => {}, warn: () => {}, error: () => {} }
  const store = await openStore(folder, { outputFolder: output, queueLimit: config.queue.limit })
  const opened = await openQueue({
    config, folders: { input, output, models, temp: join(folder, 'temp') }, store, log: silent,
    metrics: { count: () => {}, observe: () => {}, text: () => Promise.resolve('') },
  })
  return new Opened(opened, folder, config, store)
}

class Opened implements TestQueue {
  readonly queue
  readonly desk
  readonly admission
  readonly feed
  readonly folder
  readonly config
  readonly store
  readonly entries: FeedEntry[] = []
  readonly suspend
  #listeners = new Set<() => void>()
  #isClosed = false

  constructor(opened: OpenedQueue, folder: string, config: ServerConfig, store: JobStore) {
    this.queue = opened.queue
    this.desk = opened.desk
    this.admission = opened.admission
    this.feed = opened.feed
    this.suspend = opened.suspend
    this.folder = folder
    this.config = config
    this.store = store
    this.feed.subscribe({
      onEntry: (entry) => {
        this.entries.push(entry)
        for (const listener of this.#listeners) listener()
      },
    })
    onTestFinished(() => this.close(0))
  }

  path(name: string): string {
    return join(this.folder, name)
  }

  async put(workflow: Workflow, more: Parameters<TestQueue['put']>[1] = {}): Promise<string> {
    const { request, ...rest } = more
    const outcome = await this.queue.submit({
      title: 'a test', nodes: workflow.nodes.length, origin: { api: 'kinograph' }, ...rest, request: { workflow, ...request },
    })
    if (outcome.status !== 'accepted') throw new Error(`the job was not accepted: ${outcome.status}`)
    return outcome.job.id
  }

  seen(is: (entry: FeedEntry) => boolean, what = 'an entry'): Promise<FeedEntry> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`${what} did not come; there were ${this.entries.map(({ event }) => event.type).join(' ')}`)), PATIENCE * 1000)
      const look = () => {
        const found = this.entries.find(is)
        if (found === undefined) return
        clearTimeout(timer)
        this.#listeners.delete(look)
        resolve(found)
      }
      this.#listeners.add(look)
      look()
    })
  }

  async ended(id: string): Promise<Job> {
    const { event } = await this.seen((entry) => 'job' in entry && entry.job === id && entry.event.type === 'job.ended', `the end of ${id}`)
    if (event.type !== 'job.ended') throw new Error('another entry')
    return event.job
  }

  started(id: string, times = 1): Promise<unknown> {
    const isStart = (entry: FeedEntry) => 'job' in entry && entry.job === id && entry.event.type === 'job.started'
    return this.seen((entry) => isStart(entry) && this.entries.filter(isStart).length >= times, `start ${times} of ${id}`)
  }

  async close(seconds = 5): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    await this.suspend(seconds)
    await this.store.close()
  }
}

/** A number that is shown. */
export const trivial = (value = 1): Workflow => ({
  version: 1,
  nodes: [
    { id: '1', type: 'PrimitiveInt', inputs: { value } },
    { id: '2', type: 'PreviewAny', inputs: { source: { from: '1', output: 0 } } },
  ],
})

export const sleeping = (seconds: number, note = ''): Workflow => ({ version: 1, nodes: [{ id: 's', type: 'TestSleep', inputs: { seconds, note } }] })

/** A node that does something bad so many times, and is good then. */
export const stepping = (action: string, counter: string, times = 1): Workflow =>
  ({ version: 1, nodes: [{ id: 't', type: 'TestStep', inputs: { action, counter, times } }] })

/** A picture that is saved. */
export const saving = (prefix = 'picture', color = 0): Workflow => ({
  version: 1,
  nodes: [
    { id: '1', type: 'EmptyImage', inputs: { width: 16, height: 16, batch_size: 1, color } },
    { id: '2', type: 'SaveImage', inputs: { images: { from: '1', output: 0 }, filename_prefix: prefix } },
  ],
})
