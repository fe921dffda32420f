import { createHash, randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import { mkdir, open, readdir, rename, rm, stat, utimes, type FileHandle } from 'node:fs/promises'
import { hostname } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { secondsIn } from './entry-file.ts'
import { worthOf } from './worth.ts'

/** An entry as its folder shows it. */
interface Listed {
  readonly path: string
  /** Bytes on the disk. */
  readonly bytes: number
  /** Milliseconds since 1970: the time of the file is that of its last use. */
  readonly usedAt: number
}

/** Files take whole blocks. */
const BLOCK = 4096
export const onDisk = (bytes: number) => Math.ceil(bytes / BLOCK) * BLOCK

/** What other processes have done is looked at again after so long. */
const FRESH_MS = 1000
/** A use is noted in the file at most this often. */
const NOTED_MS = 60_000
/** What a process on another machine was writing this long ago, it does not write any more. */
const STALE_MS = 24 * 3600 * 1000

const HOST = createHash('sha256').update(hostname()).digest('hex').slice(0, 8)
const TEMPORARY = /^\.([0-9a-f]{8})-(\d+)-[0-9a-f]+\.tmp$/

/**
 * The files of a disk cache, in 256 folders by the beginning of their keys. An entry is written under a temporary name
 * and moved to its own when it is whole, so that no reader sees half of one, and no writer waits for another. Everything
 * in the folder counts towards the budget, what is being written too.
 */
export class EntryFolder {
  readonly path: string
  readonly #budget: number
  /** Entries by path, as last seen. */
  #entries = new Map<string, Listed>()
  /** Bytes of entries and of temporary files of others. */
  #bytes = 0
  #listedAt = -Infinity
  /** What entries took to make: it never changes. */
  readonly #seconds = new Map<string, number>()

  /** @param budget bytes that all files together may take on the disk */
  constructor(path: string, budget: number) {
    this.path = path
    this.#budget = budget
  }

  /** Where the entry of a key is, if there is one. */
  fileOf(key: string): string {
    const name = createHash('sha256').update(key).digest('hex') // keys are case-sensitive, not every file system is
    return join(this.path, name.slice(0, 2), name.slice(2))
  }

  /**
   * Writes an entry of so many bytes, if it is worth more than what would have to go for it. Gives whether it was.
   * @param write writes exactly `size` bytes
   * @throws system errors; nothing of the entry is left then
   */
  async add(key: string, size: number, seconds: number, write: (file: FileHandle) => Promise<void>): Promise<boolean> {
    const path = this.fileOf(key)
    const bytes = onDisk(size)
    if (!(await this.#makeRoom(bytes, worthOf(seconds, bytes, Date.now()), path))) return false
    this.#bytes += bytes
    try {
      await this.#writeWhole(path, write)
    } catch (error) {
      this.#bytes -= bytes
      throw error
    }
    this.#bytes -= this.#entries.get(path)?.bytes ?? 0
    this.#entries.set(path, { path, bytes, usedAt: Date.now() })
    this.#seconds.set(path, seconds)
    return true
  }

  /** Notes that an entry was used: it will go later. */
  async noteUse(key: string): Promise<void> {
    const path = this.fileOf(key)
    const now = Date.now()
    if (now - (this.#entries.get(path)?.usedAt ?? 0) < NOTED_MS) return
    await utimes(path, now / 1000, now / 1000).catch(() => {}) // a folder that is only read serves as well
    const known = this.#entries.get(path)
    if (known) this.#entries.set(path, { ...known, usedAt: now })
  }

  /** Removes an entry. */
  async remove(key: string): Promise<void> {
    await this.#remove(this.fileOf(key)).catch(() => {}) // it will not be read: its hash is looked at each time
  }

  /** Looks at what all processes have left there, and removes what is over the budget. */
  async settle(): Promise<void> {
    await this.#list()
    await this.#makeRoom(0, Infinity)
  }

  /** Bytes on the disk, as last seen. */
  get bytes(): number {
    return this.#bytes
  }

  async #makeRoom(needed: number, worth: number, ownPath?: string): Promise<boolean> {
    if (needed > this.#budget) return false
    if (performance.now() - this.#listedAt > FRESH_MS) await this.#list()
    if (this.#bytes + needed <= this.#budget) return true
    await this.#list()
    const losers: Listed[] = []
    let bytes = this.#bytes + needed
    for (const [entry, entryWorth] of await this.#byWorth()) {
      if (bytes <= this.#budget) break
      if (entryWorth > worth && entry.path !== ownPath) return false
      losers.push(entry)
      bytes -= entry.bytes
    }
    if (bytes > this.#budget) return false
    for (const { path } of losers) await this.#remove(path)
    return true
  }

  /** The entries, the one that is worth the least first. */
  async #byWorth(): Promise<[Listed, number][]> {
    const rated: [Listed, number][] = []
    for (const entry of this.#entries.values()) {
      const seconds = this.#seconds.get(entry.path) ?? await secondsIn(entry.path).catch(() => 0) // gone meanwhile
      this.#seconds.set(entry.path, seconds)
      rated.push([entry, worthOf(seconds, entry.bytes, entry.usedAt)])
    }
    return rated.sort((a, b) => a[1] - b[1])
  }

  async #remove(path: string): Promise<void> {
    await rm(path, { force: true })
    this.#bytes -= this.#entries.get(path)?.bytes ?? 0
    this.#entries.delete(path)
  }

  async #list(): Promise<void> {
    const entries = new Map<string, Listed>()
    let bytes = 0
    for (const folder of await readdir(this.path).catch(() => [])) {
      for (const one of await listFolder(join(this.path, folder))) {
        const name = basename(one.path)
        bytes += one.bytes
        if (!name.startsWith('.')) entries.set(one.path, one)
        else if (isAbandoned(name, one.usedAt) && await isRemoved(one.path)) bytes -= one.bytes
      }
    }
    for (const path of this.#seconds.keys()) if (!entries.has(path)) this.#seconds.delete(path)
    this.#entries = entries
    this.#bytes = bytes
    this.#listedAt = performance.now()
  }

  async #writeWhole(path: string, write: (file: FileHandle) => Promise<void>): Promise<void> {
    const folder = dirname(path)
    const temporary = join(folder, `.${HOST}-${process.pid}-${randomBytes(6).toString('hex')}.tmp`)
    try {
      const file = await createIn(folder, temporary)
      try {
        await write(file)
      } finally {
        await file.close()
      }
      await rename(temporary, path)
    } catch (error) {
      await rm(temporary, { force: true }).catch(() => {})
      throw error
    }
  }
}

/** Creates a file; the folder as well where it is not there, or is removed at this very moment. */
async function createIn(folder: string, path: string): Promise<FileHandle> {
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL
  try {
    return await open(path, flags, 0o600)
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error
    await mkdir(folder, { recursive: true, mode: 0o700 })
    return open(path, flags, 0o600)
  }
}

async function listFolder(folder: string): Promise<Listed[]> {
  const names = await readdir(folder).catch(() => [])
  const listed = await Promise.all(names.map(async (name): Promise<Listed | undefined> => {
    const path = join(folder, name)
    const info = await stat(path).catch(() => undefined) // removed meanwhile
    return info?.isFile() ? { path, bytes: onDisk(info.size), usedAt: info.mtimeMs } : undefined
  }))
  return listed.filter((one) => one !== undefined)
}

/** Whether a temporary file belongs to a process that has ended. */
function isAbandoned(name: string, writtenAt: number): boolean {
  const [, host, pid] = TEMPORARY.exec(name) ?? []
  if (host === HOST && pid !== undefined) return Number(pid) !== process.pid && !isRunning(Number(pid))
  return Date.now() - writtenAt > STALE_MS
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return codeOf(error) === 'EPERM'
  }
}

async function isRemoved(path: string): Promise<boolean> {
  return rm(path, { force: true }).then(() => true, () => false)
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}
