import type { FileHandle } from 'node:fs/promises'
import type { ResultCache } from '../run/cache.ts'
import { hold, letGo } from '../run/holdings.ts'
import type { Kept, NotKept } from '../run/kept.ts'
import { bytesOf, type NodeResult } from '../run/result.ts'
import type { KeyedNode } from '../run/run-graph.ts'
import type { TypedValue } from '../types/value-type.ts'
import { entryHash, headBytes, TRAILER, type EntryHeader } from './entry.ts'
import { DamagedEntry, openEntry, type OpenEntry } from './entry-file.ts'
import { EntryFolder } from './entry-folder.ts'
import { NotStorable, readValue, ValueLayout, type Part, type TypeLookup } from './stored-value.ts'
import { secondsToRead } from './worth.ts'

/** How a disk cache is set up. */
export interface DiskCacheOptions {
  readonly folder: string
  /** Bytes on the disk. */
  readonly budget: number
  /** Value types by id, as they are at the moment. */
  readonly typeOf: TypeLookup
  /** What takes less time to make than this for its bytes is not stored; by default, what reading it takes. */
  readonly secondsToRead?: (bytes: number) => number
  /** Hears of files that can't be read or written: a run goes on without the cache. */
  readonly onTrouble?: (message: string) => void
}

/** Bytes in memory that may wait to be written. */
const MOST_WAITING = 2 ** 30

/**
 * Results on the disk, for several processes and for later. An entry is found by the key of its result, which is a hash
 * over all that it depends on, and holds a hash of itself: what has changed on the disk is found, removed and computed
 * again. Nothing that goes wrong here fails a run.
 */
export class DiskCache implements ResultCache {
  readonly #options: DiskCacheOptions
  readonly #folder: EntryFolder
  /** One entry is written at a time. */
  #writing: Promise<void> = Promise.resolve()
  #waiting = 0
  readonly #listeners = new Set<(key: string, kept: Kept) => void>()

  constructor(options: DiskCacheOptions) {
    this.#options = options
    this.#folder = new EntryFolder(options.folder, options.budget)
  }

  get folder(): string {
    return this.#folder.path
  }

  /** Bytes on the disk, as last seen. */
  get bytes(): number {
    return this.#folder.bytes
  }

  /** The result under a key, whole and unchanged. */
  async get(key: string): Promise<NodeResult | undefined> {
    let entry: OpenEntry | undefined
    try {
      entry = await openEntry(this.#folder.fileOf(key), key)
      const result = await this.#read(entry)
      await this.#folder.noteUse(key)
      return result
    } catch (error) {
      await this.#giveUp(key, error)
      return undefined
    } finally {
      await entry?.close()
    }
  }

  /** Whether there is an entry, whole and unchanged. */
  async has(key: string): Promise<boolean> {
    return openEntry(this.#folder.fileOf(key), key).then((entry) => entry.close().then(() => true), () => false)
  }

  /** Hears what becomes of each result that is offered, until the function that it gives is called. */
  onKept(listener: (key: string, kept: Kept) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Writes the result in a while; `flush` waits for that. */
  set(key: string, result: NodeResult, node?: KeyedNode): void {
    const refused = this.#refusal(result, node)
    if (refused) return this.#note(key, { kept: false, why: refused })
    hold(result.outputs.values())
    this.#waiting += result.bytes
    this.#writing = this.#writing.then(async () => {
      this.#note(key, await this.#write(key, result))
      this.#waiting -= result.bytes
      letGo(result.outputs.values())
    })
  }

  /** Waits until all results that were offered are on the disk, or are known not to get there. */
  async flush(): Promise<void> {
    await this.#writing
    await this.#folder.settle()
  }

  /** Why a result is not even tried to keep. */
  #refusal(result: NodeResult, node: KeyedNode | undefined): NotKept | undefined {
    const { output, idempotent } = node?.registered.node ?? {}
    if (idempotent === false) return 'not idempotent'
    if (output) return 'output'
    if (node?.isNew) return 'always new'
    if (result.ui) return 'shows'
    if (result.seconds < this.#secondsToRead(0)) return 'cheap'
    return this.#waiting > 0 && this.#waiting + result.bytes > MOST_WAITING ? 'busy' : undefined
  }

  get #secondsToRead(): (bytes: number) => number {
    return this.#options.secondsToRead ?? secondsToRead
  }

  async #read(entry: OpenEntry): Promise<NodeResult> {
    const { outputs: stored, warnings, seconds } = entry.header
    const outputs = new Map<string, TypedValue>()
    for (const { name, value } of stored) outputs.set(name, await readValue(value, this.#options.typeOf, entry))
    return { outputs, warnings, bytes: bytesOf(outputs.values()), seconds }
  }

  async #write(key: string, result: NodeResult): Promise<Kept> {
    const { outputs, warnings, seconds } = result
    try {
      const layout = new ValueLayout(this.#options.typeOf)
      const stored: { name: string; value: Awaited<ReturnType<ValueLayout['add']>> }[] = []
      for (const [name, value] of outputs) stored.push({ name, value: await layout.add(value) })
      if (seconds < this.#secondsToRead(layout.size)) return { kept: false, why: 'cheap' }
      const header: EntryHeader = { key, outputs: stored, warnings, seconds, size: layout.size }
      const head = headBytes(header)
      const size = head.length + layout.size + TRAILER
      const isIn = await this.#folder.add(key, size, seconds, (file) => writeEntry(file, head, layout.parts))
      return isIn ? { kept: true } : { kept: false, why: 'no room' }
    } catch (error) {
      if (error instanceof NotStorable) return { kept: false, why: 'type', details: error.message }
      const details = messageOf(error)
      this.#options.onTrouble?.(`a result could not be written to the cache in ${this.#folder.path}: ${details}`)
      return { kept: false, why: 'failed', details }
    }
  }

  /** What could not be read is as if it were not there; a damaged entry is removed. */
  async #giveUp(key: string, error: unknown): Promise<void> {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'ENOENT' || code === 'ENOTDIR') return
    if (error instanceof DamagedEntry) await this.#folder.remove(key)
    const what = error instanceof DamagedEntry ? 'a damaged entry was removed from' : 'an entry could not be read from'
    this.#options.onTrouble?.(`${what} the cache in ${this.#folder.path}: ${messageOf(error)}`)
  }

  #note(key: string, kept: Kept): void {
    for (const listener of this.#listeners) listener(key, kept)
  }
}

async function writeEntry(file: FileHandle, head: Uint8Array, parts: readonly Part[]): Promise<void> {
  const hash = entryHash()
  const write = async (bytes: Uint8Array) => {
    hash.update(bytes)
    await file.appendFile(bytes)
  }
  await write(head)
  for (const { size, bytes } of parts) {
    if (bytes instanceof Uint8Array) {
      await write(bytes)
      continue
    }
    let written = 0
    for await (const piece of bytes) {
      written += piece.byteLength
      if (written > size) break
      await write(piece)
    }
    if (written !== size) throw new TypeError(`a value of ${size} bytes was announced, and ${written} came`)
  }
  await file.appendFile(hash.digest())
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
