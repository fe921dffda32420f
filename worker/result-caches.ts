/** The caches of a worker, one a setting: results in memory wait for the next run of the same worker. */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import packageJson from '../package.json' with { type: 'json' }
import {
  CountedCache, DiskCache, LastRunCache, LayeredCache, MemoryCache, NoCache, WeighedCache,
} from '../core/index.ts'
import type { Environment, ResultCache, TypeLookup } from '../core/index.ts'
import { cacheFolder } from '../tensor/index.ts'
import { workerEntry } from './process.ts'
import type { CacheSettings, DeviceName } from './protocol.ts'
import { TimesWriter } from './times.ts'

/** Results kept in memory between runs, in bytes. */
const MEMORY_BYTES = 512 * 2 ** 20
/** Results kept on the disk, in bytes, unless the setting says otherwise. */
const DISK_BYTES = 10e9

/** What a run keeps its results in. */
export interface RunCache {
  readonly results: ResultCache
  /** Where results are also kept on the disk, and where the records of runs are. */
  readonly disk?: { readonly cache: DiskCache; readonly records: string }
  /** What nodes took on this machine, whatever becomes of results. */
  readonly times: TimesWriter
}

/** Makes each cache when it is first asked for. */
export class ResultCaches {
  readonly #typeOf: TypeLookup
  readonly #made = new Map<string, RunCache>()
  readonly #times = new Map<string, TimesWriter>()

  /** @param typeOf value types as the plugins of the moment have them */
  constructor(typeOf: TypeLookup) {
    this.#typeOf = typeOf
  }

  of(settings: CacheSettings = { mode: 'memory' }): RunCache {
    const name = JSON.stringify([settings.mode, settings.folder, settings.bytes, settings.count])
    const known = this.#made.get(name)
    if (known) return known
    const made = { ...this.#make(settings), times: this.#timesOf(timesFile(settings.folder)) }
    this.#made.set(name, made)
    return made
  }

  /** One writer a file, however many settings name it. */
  #timesOf(file: string): TimesWriter {
    const writer = this.#times.get(file) ?? new TimesWriter(file)
    this.#times.set(file, writer)
    return writer
  }

  /** Writes what measurements wait. */
  async flush(): Promise<void> {
    await Promise.all([...this.#times.values()].map((writer) => writer.flush()))
  }

  /** Lets go of all results in memory; those on the disk stay. */
  clear(): void {
    for (const { results } of this.#made.values()) results.clear?.()
  }

  #make({ mode, folder, bytes, count }: CacheSettings): Omit<RunCache, 'times'> {
    switch (mode) {
      case 'memory': return { results: new WeighedCache(bytes ?? MEMORY_BYTES) }
      case 'lru': return { results: count === undefined ? new MemoryCache(bytes ?? MEMORY_BYTES) : new CountedCache(count) }
      case 'last': return { results: new LastRunCache() }
      case 'none': return { results: new NoCache() }
      case 'disk': {
        const { results, runs } = cacheFolders(folder)
        const cache = new DiskCache({ folder: results, budget: bytes ?? DISK_BYTES, typeOf: this.#typeOf, onTrouble: tellOnce() })
        return { results: new LayeredCache(new WeighedCache(MEMORY_BYTES), cache), disk: { cache, records: runs } }
      }
      default: return mode satisfies never
    }
  }
}

function cacheFolders(folder: string | undefined): { results: string; runs: string } {
  return folder === undefined
    ? { results: cacheFolder('results'), runs: cacheFolder('runs') }
    : { results: join(folder, 'results'), runs: join(folder, 'runs') }
}

const timesFile = (folder: string | undefined): string => folder === undefined ? cacheFolder('times.jsonl') : join(folder, 'times.jsonl')

/** Where many entries can't be written, it is said once. */
function tellOnce(): (message: string) => void {
  const said = new Set<string>()
  return (message) => {
    if (said.size >= 5 || said.has(message)) return
    said.add(message)
    process.stderr.write(`warning: ${message}\n`)
  }
}

/**
 * What a result depends on beside its inputs. For results that outlive the process also the runtime, the machine and
 * the engine's own code.
 */
export function environmentOf(device: DeviceName, { disk }: Pick<RunCache, 'disk'>): Environment {
  const { version } = packageJson
  return disk ? { engine: engineVersion(), runtime: runtimeVersion(), machine: `${process.platform} ${process.arch}`, device, precision: 'float32' } : { engine: version, device }
}

/** `onnxruntime 1.24.3` */
export function runtimeVersion(): string {
  // The file is npm's.
  const found = createRequire(import.meta.url)('onnxruntime-node/package.json') as { version: string }
  return `onnxruntime ${found.version}`
}

/** Version and hash of the engine. */
export const engineVersion = (): string => `${packageJson.version} (${engineHash()})`

let known: string | undefined

/** A hash of the engine as it was built: a developer's change counts like another version. */
export function engineHash(): string {
  if (known !== undefined) return known
  const dist = join(workerEntry(), '..', '..')
  const hash = createHash('sha256')
  for (const folder of ['worker', 'chunks', 'tensor/runtime']) {
    const files = readdirSync(join(dist, folder)).filter((name) => name.endsWith('.js')).sort()
    for (const name of files) hash.update(readFileSync(join(dist, folder, name)))
  }
  known = hash.digest('hex').slice(0, 8)
  return known
}
