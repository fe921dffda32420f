/**
 * The worker of one device: started at once, asked whether it is there, and started again when it dies, later each time
 * as long as it does nothing but die.
 */
import { randomUUID } from 'node:crypto'
import type { NodeDefinition } from '../../core/types/definition.ts'
import { removeTemporaries } from '../../media/staging.ts'
import { WorkerClient } from '../../worker/client.ts'
import type { DeviceName, Folders, PluginReport, PluginSettings } from '../../worker/protocol.ts'
import type { Log } from '../services.ts'
import { inLines } from '../operations/in-lines.ts'
import { Pulse } from './pulse.ts'

/** Milliseconds before a worker is started again, by how often it died without having done anything. */
const DELAYS = [0, 250, 1000, 2000, 5000, 10_000, 30_000]

export interface SlotOptions {
  readonly device: DeviceName
  readonly folders: Folders
  readonly plugins?: PluginSettings
  /** The worker's module; the built one when left out. */
  readonly entry?: string
  readonly log: Log
  /** Seconds without a sign of life after which it is ended; 0: never. */
  readonly silence?: number
  /** It answers. With what it can do. */
  readonly onReady: (definitions: readonly NodeDefinition[]) => void
  readonly onPlugins?: (plugins: readonly PluginReport[]) => void
  readonly onDown: () => void
  /** It has loaded a model, or a part of one. */
  readonly onLoaded?: (device: DeviceName, seconds: number) => void
}

export class WorkerSlot {
  readonly device: DeviceName
  readonly #options: SlotOptions
  #client: WorkerClient
  #isReady = false
  #isOpen = false
  #problem: string | undefined
  #isClosed = false
  #restarts = 0
  #idleDeaths = 0
  #timer: NodeJS.Timeout | undefined
  #waiting: (() => void)[] = []

  constructor(options: SlotOptions) {
    this.#options = options
    this.device = options.device
    this.#client = this.#start()
  }

  /** Whether the worker of this moment has answered a question. */
  get isReady(): boolean {
    return this.#isReady
  }

  /** Whether its device is open too, the runtime imported. */
  get isOpen(): boolean {
    return this.#isReady && this.#isOpen
  }

  /** Why its device can't be opened. */
  get problem(): string | undefined {
    return this.#problem
  }

  get restarts(): number {
    return this.#restarts
  }

  get pid(): number | undefined {
    return this.#client.pid
  }

  /** The worker of this moment; ask it only while it is ready. */
  get client(): WorkerClient {
    return this.#client
  }

  /** Resolves once a worker answers, or is not waited for any more. */
  ready(signal: AbortSignal): Promise<void> {
    if (this.#isReady || signal.aborted) return Promise.resolve()
    return new Promise((resolve) => {
      this.#waiting.push(resolve)
      signal.addEventListener('abort', () => {
        this.#waiting = this.#waiting.filter((one) => one !== resolve)
        resolve()
      }, { once: true })
    })
  }

  /** It has done something: should it die, the next is started at once. */
  didWork(): void {
    this.#idleDeaths = 0
  }

  /** SIGKILL; another one is started. */
  kill(): void {
    this.#client.kill()
  }

  /** No worker any more. Resolves when the last one is gone. */
  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    clearTimeout(this.#timer)
    const client = this.#client
    client.kill()
    await client.died
  }

  #start(): WorkerClient {
    const { device, plugins, entry, onPlugins, onLoaded, log } = this.#options
    const onOutput = inLines((output) => log.info({ device, output }, 'a worker said'))
    const onOpened = (problem: string | undefined) => {
      this.#isOpen = problem === undefined
      this.#problem = problem
      if (problem !== undefined) log.error({ device, problem }, 'a device can\'t be opened')
    }
    const pulse = this.#listen(() => client)
    const onSign = () => pulse.sign()
    const client = new WorkerClient({ device, onOutput, onOpened, onSign, ...(plugins && { plugins }), ...(entry !== undefined && { entry }), ...(onPlugins && { onPlugins }), ...(onLoaded && { onLoaded }) })
    this.#client = client
    void client.died.then((death) => {
      pulse.stop()
      const say = this.#isClosed ? log.info : log.warn
      say.call(log, { device, pid: client.pid, code: death.code, signal: death.signal }, 'a worker ended')
      this.#bury(client)
    })
    this.#greet(client)
    return client
  }

  /** Ends a worker whose main thread is blocked for too long, by a node that computes there or never returns. */
  #listen(client: () => WorkerClient): Pulse {
    const { device, log, silence = 0 } = this.#options
    return new Pulse({
      silence,
      ask: () => client().ping(),
      onSilent: () => {
        log.error({ device, pid: client().pid, silence }, 'a worker gives no sign of life; it is ended')
        client().kill({
          problem: `the worker gave no sign of life for ${silence} s and was ended`,
          remedy: 'A node blocks its main thread. A plugin that computes for long must do so in a thread of its own; queue.workerSilence sets how long is too long.',
        })
      },
    })
  }

  /** Asks a first question. Whoever can't answer it is as good as dead. */
  #greet(client: WorkerClient): void {
    const { folders, onReady, log, device } = this.#options
    client.ask({ type: 'nodes', id: randomUUID(), folders }).then(({ definitions }) => {
      if (client !== this.#client || this.#isClosed) return
      this.#isReady = true
      log.info({ device, pid: client.pid }, 'a worker is ready')
      onReady(definitions)
      for (const resolve of this.#waiting.splice(0)) resolve()
    }).catch((error: unknown) => {
      if (this.#isClosed) return
      log.error({ device, error: String(error) }, 'a worker did not answer its first question')
      client.kill()
    })
  }

  #bury(client: WorkerClient): void {
    if (client !== this.#client) return
    this.#isReady = false
    this.#isOpen = false
    this.#problem = undefined
    const { output } = this.#options.folders
    if (client.pid !== undefined) void removeTemporaries(output, { pid: client.pid }).catch(() => {}) // next start removes them
    this.#options.onDown()
    if (this.#isClosed) return
    const delay = DELAYS[Math.min(this.#idleDeaths++, DELAYS.length - 1)]
    this.#restarts++
    this.#timer = setTimeout(() => this.#start(), delay)
  }
}
