/** `kinograph run --watch-plugins`: run, wait until a plugin or the workflow changes, load what changed, run again. */
import { watch, type FSWatcher } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import type { WorkerClient } from '../worker/client.ts'
import type { PluginReport } from '../worker/protocol.ts'
import { EXIT } from './exit.ts'

/** Editors write a file in several steps: changes within this time are one, in milliseconds. */
const QUIET = 60
const SOURCE = /\.([cm]?[jt]sx?|json)$/

export interface WatchedRun {
  readonly worker: WorkerClient
  /** The workflow's file. */
  readonly workflow: string
  /** Runs it once; gives the exit code. */
  run(): Promise<number>
  say(text: string): void
}

/** Runs until Ctrl-C. Gives the exit code of the last run. */
export async function runWatching({ worker, workflow, run, say }: WatchedRun): Promise<number> {
  const interrupted = new AbortController()
  const stop = () => interrupted.abort()
  const changes = new Changes(resolve(workflow))
  process.on('SIGINT', stop).on('SIGTERM', stop) // also during a run, which may end well before it notices
  try {
    let plugins = await loadPlugins(worker, false)
    changes.add(foldersOf(plugins))
    let code = await run()
    while (code !== EXIT.cancelled) {
      changes.add(foldersOf(plugins))
      say(`Watching ${plugins.length} ${plugins.length === 1 ? 'plugin' : 'plugins'} and ${basename(workflow)}; Ctrl-C ends.`)
      const changed = await changes.next(interrupted.signal)
      if (changed === undefined) return code
      const before = plugins
      plugins = await loadPlugins(worker, true)
      const names = changedPlugins(before, plugins)
      if (names.length === 0 && !changed.has(resolve(workflow))) continue
      say(names.length > 0 ? `Loaded again: ${names.join(', ')}.` : `${basename(workflow)} has changed.`)
      code = await run()
    }
    return code
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop)
    changes.close()
  }
}

let questions = 0

async function loadPlugins(worker: WorkerClient, reload: boolean): Promise<readonly PluginReport[]> {
  return (await worker.ask({ type: 'plugins', id: `plugins-${questions++}`, reload })).plugins
}

/** The folders of all sources, and of the plugins themselves: a source that is mended may not be known yet. */
function foldersOf(plugins: readonly PluginReport[]): string[] {
  return plugins.flatMap(({ folder, sources }) => [folder, ...sources.map((path) => dirname(path))])
}

function changedPlugins(before: readonly PluginReport[], after: readonly PluginReport[]): string[] {
  const state = ({ hash, status }: PluginReport) => `${status} ${hash ?? ''}`
  const known = new Map(before.map((plugin) => [plugin.entry ?? plugin.folder, state(plugin)]))
  return after.filter((plugin) => known.get(plugin.entry ?? plugin.folder) !== state(plugin)).map(({ name }) => name)
}

/** Notes which sources change, from the moment a folder is added, also while something runs. */
class Changes {
  readonly #workflow: string
  readonly #watchers = new Map<string, FSWatcher>()
  #changed = new Set<string>()
  #timer: NodeJS.Timeout | undefined
  #settle: () => void = () => {}

  constructor(workflow: string) {
    this.#workflow = workflow
    this.add([dirname(workflow)])
  }

  add(folders: Iterable<string>): void {
    for (const folder of folders) {
      if (this.#watchers.has(folder)) continue
      try {
        const watcher = watch(folder, (_, name) => { if (name !== null) this.#note(join(folder, name)) })
        this.#watchers.set(folder, watcher.on('error', () => {})) // the folder is gone
      } catch { /* it was gone already */ }
    }
  }

  /** What has changed since the last time, once there is something; nothing when it was interrupted. */
  async next(signal: AbortSignal): Promise<ReadonlySet<string> | undefined> {
    await new Promise<void>((settle) => {
      this.#settle = settle
      signal.addEventListener('abort', () => settle(), { once: true })
      if (signal.aborted) settle()
      if (this.#changed.size > 0) this.#wait()
    })
    const changed = this.#changed
    this.#changed = new Set()
    return signal.aborted ? undefined : changed
  }

  close(): void {
    clearTimeout(this.#timer)
    for (const watcher of this.#watchers.values()) watcher.close()
  }

  #note(path: string): void {
    if (path !== this.#workflow && !SOURCE.test(path)) return
    this.#changed.add(path)
    this.#wait()
  }

  #wait(): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#settle(), QUIET)
  }
}
