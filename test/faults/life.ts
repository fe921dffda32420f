/** A server that is killed and started again on the same data folder, and what it is asked meanwhile. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { isAlive, root, scratchFolder, startServer } from '../server/support.ts'
import type { ServerOptions, TestServer } from '../server/support.ts'

/** Edges at which a process can be told to kill itself. */
export const FAILPOINTS = ['accepted', 'leased', 'started', 'node-done', 'checkpoint-written', 'file-named', 'file-moved',
  'file-published', 'ended-written', 'acknowledged'] as const
export type Failpoint = typeof FAILPOINTS[number]

export interface LifeOptions {
  /** A folder on the file system that is to be used; a new one when left out. */
  readonly folder?: string
  readonly config?: object
  readonly args?: readonly string[]
  readonly env?: NodeJS.ProcessEnv
}

export interface BirthOptions {
  /** Dies there, at the n-th time. */
  readonly failpoint?: Failpoint | `${Failpoint}:${number}`
  readonly env?: NodeJS.ProcessEnv
  /** Resolve as soon as it listens. */
  readonly listening?: boolean
}

/** Checkpoints at every step, no waiting between attempts that need none. */
const QUEUE = { checkpointSteps: 1, checkpointSeconds: 1, cancelGrace: 2 }

/** A data folder and the servers that live on it, one after another. */
export class Life {
  readonly folder: string
  readonly data: string
  /** What the nodes of the test plugin noted. */
  readonly journal: string
  /** Made by the process that kills itself at a failpoint. */
  readonly #fired: string
  readonly #orphans = new Set<number>()
  readonly #options: LifeOptions
  #server: TestServer | undefined

  constructor(options: LifeOptions = {}) {
    this.#options = options
    this.folder = options.folder ?? scratchFolder()
    this.data = join(this.folder, 'data')
    this.journal = join(scratchFolder(), 'journal')
    this.#fired = join(scratchFolder(), 'fired')
    mkdirSync(this.data, { recursive: true })
    writeFileSync(this.journal, '')
  }

  get server(): TestServer {
    if (this.#server === undefined) throw new Error('no server was started')
    return this.#server
  }

  get isUp(): boolean {
    return this.#server !== undefined && isAlive(this.#server.pid)
  }

  /** Whether a process has died at the failpoint of this server. */
  get hasFired(): boolean {
    return existsSync(this.#fired)
  }

  /** A server on the data folder. @throws when it ends before it is ready */
  async begin({ failpoint, env, listening }: BirthOptions = {}): Promise<TestServer> {
    const { config, args = [] } = this.#options
    rmSync(this.#fired, { force: true })
    const options: ServerOptions = {
      data: this.data,
      args: ['--plugins', join(root, 'test/faults/plugins'), ...args],
      config: { queue: QUEUE, ...config },
      env: {
        KINOGRAPH_FAULTS_JOURNAL: this.journal, KINOGRAPH_PLUGIN_LIMIT: '60', ...this.#options.env, ...env,
        ...(failpoint && { KINOGRAPH_FAULTS: '1', KINOGRAPH_FAILPOINT: failpoint, KINOGRAPH_FAILPOINT_ONCE: this.#fired }),
      },
      ...(listening && { listening }),
    }
    this.#server = await startServer(options)
    return this.#server
  }

  /** The names of what ran, in order, once for each time. */
  noted(): string[] {
    return readFileSync(this.journal, 'utf8').split('\n').filter(Boolean)
  }

  /** The end of what the server logged. */
  lastLog(): string {
    return this.#server?.log().slice(-3000) ?? ''
  }

  /** kill -9 to the server alone; its workers find out by themselves, as after a crash. Not waited for. */
  async kill(): Promise<void> {
    for (const pid of this.server.workers()) this.#orphans.add(pid)
    process.kill(this.server.pid, 'SIGKILL')
    await this.server.ended
  }

  /** Waits until the workers of servers that were killed have found out. */
  async orphansGone(): Promise<void> {
    await eventually(async () => ![...this.#orphans].some(isAlive) || undefined, 'the workers of a killed server are gone', 20)
  }

  /** kill -9 to the workers. False when there was none. */
  killWorkers(): boolean {
    const workers = this.isUp ? this.server.workers() : []
    for (const pid of workers) killIfThere(pid)
    return workers.length > 0
  }

  /** Stops the server in order, if it lives. */
  async end(): Promise<void> {
    if (!this.isUp) return
    const { signal, stderr } = await this.server.stop()
    if (signal !== null) throw new Error(`the server did not end by itself: ${signal}\n${stderr.slice(-2000)}`)
  }
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // it ended before
  }
}

/** Asks again until there is an answer that is wanted. */
export async function eventually<T>(ask: () => Promise<T | undefined>, what: string, seconds = 60): Promise<T> {
  for (const end = Date.now() + seconds * 1000; ;) {
    const answer = await ask()
    if (answer !== undefined) return answer
    if (Date.now() > end) throw new Error(`waited ${seconds} s until ${what}`)
    await pause(25)
  }
}
