/** Starts the built server as a person would, in a folder of its own and on a free port, and stops or kills it. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { childrenOf, isAlive, scratchFolder, start } from '../cli/harness.ts'
import type { Ended } from '../cli/harness.ts'

export { filesBelow, isAlive, root, scratchFolder, until } from '../cli/harness.ts'

export interface ServerOptions {
  /** The data folder; a new one when left out. */
  readonly data?: string
  /** More words for the command line. */
  readonly args?: readonly string[]
  /** What stands in the configuration file (see docs/server.md). */
  readonly config?: object
  readonly env?: NodeJS.ProcessEnv
  /** Resolve as soon as it listens, before a worker is ready. */
  readonly listening?: boolean
  readonly cwd?: string
}

export interface TestServer {
  /** `http://127.0.0.1:PORT`, without a slash at its end. */
  readonly url: string
  readonly port: number
  readonly data: string
  readonly output: string
  readonly input: string
  readonly pid: number
  /** Process ids of its workers. */
  workers(): number[]
  /** What it logged so far: JSON lines. */
  log(): string
  /** Resolves once the text has been seen in the log. */
  seen(text: string | RegExp): Promise<void>
  fetch(path: string, init?: RequestInit): Promise<Response>
  /** GET and parse. */
  json(path: string): Promise<unknown>
  post(path: string, body: unknown, headers?: Readonly<Record<string, string>>): Promise<Response>
  readonly ended: Promise<Ended>
  /** SIGTERM, and how it ended. */
  stop(): Promise<Ended>
  /** SIGKILL to the server alone: its workers end by themselves, as they would after a crash. */
  kill(): Promise<void>
  /** A new server on the same data folder, once this one has ended. */
  restart(options?: Omit<ServerOptions, 'data'>): Promise<TestServer>
}

const LISTENING = /(http:\/\/\S+?)\/?\s/

/** Starts `kinograph serve` and waits until it is ready. @throws when it ends before */
export async function startServer(options: ServerOptions = {}): Promise<TestServer> {
  const data = options.data ?? join(scratchFolder(), 'data')
  const started = serve(options, data)
  await started.seen('stdout', LISTENING)
  const url = LISTENING.exec(started.text('stdout'))![1]!
  const pid = started.child.pid!
  const seenWorkers = new Set<number>()
  const workers = () => {
    const now = isAlive(pid) ? childrenOf(pid) : []
    for (const one of now) seenWorkers.add(one)
    return now
  }
  const server: TestServer = {
    url, port: Number(new URL(url).port), data, pid, workers,
    output: join(data, 'output'),
    input: join(data, 'input'),
    log: () => started.text('stderr'),
    seen: (text) => started.seen('stderr', text),
    fetch: (path, init) => fetch(url + path, init),
    json: async (path) => (await fetch(url + path)).json(),
    post: (path, body, headers) =>
      fetch(url + path, { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json', ...headers } }),
    ended: started.ended,
    async stop() {
      started.child.kill('SIGTERM')
      return started.ended
    },
    async kill() {
      workers()
      started.child.kill('SIGKILL')
      await started.ended
      while ([...seenWorkers].some(isAlive)) await pause(10)
    },
    async restart(next = {}) {
      await started.ended
      return startServer({ ...options, ...next, data })
    },
  }
  if (!options.listening) await ready(server)
  return server
}

/** `kinograph serve` with the same options, for one that is expected to end by itself. */
export function serveToEnd(options: ServerOptions = {}): Promise<Ended> {
  return serve(options, options.data ?? join(scratchFolder(), 'data')).ended
}

function serve({ args = [], config, env, cwd = scratchFolder() }: ServerOptions, data: string) {
  const file = config === undefined ? [] : [`--config=${configFile(config)}`]
  return start(['serve', '--port=0', `--data-dir=${data}`, ...file, ...args], { cwd, ...(env && { env }) })
}

function configFile(config: object): string {
  const path = join(scratchFolder(), 'kinograph.config.json')
  writeFileSync(path, JSON.stringify(config))
  return path
}

/** Waits until the server says that it is ready. */
async function ready(server: TestServer): Promise<void> {
  for (const end = Date.now() + 60_000; ;) {
    const answer = await server.fetch('/ready').catch(() => undefined)
    if (answer?.ok) return
    if (!isAlive(server.pid)) throw new Error(`the server ended before it was ready:\n${server.log()}`)
    if (Date.now() > end) throw new Error(`the server is not ready: ${answer?.status} ${await answer?.text()}\n${server.log()}`)
    await pause(20)
  }
}

/** Most of the memory that a process has alone, with its share of what it shares: PSS in bytes (Linux). */
export function proportionalBytes(pid: number): number {
  const path = `/proc/${pid}/smaps_rollup`
  if (!existsSync(path)) return 0
  return Number(/^Pss:\s+(\d+) kB/m.exec(readFileSync(path, 'utf8'))?.[1] ?? 0) * 1024
}
