import fs from 'node:fs'
import { promisify } from 'node:util'
import type { StoredBytes } from '../types/value-type.ts'
import { entryHash, PREFIX, readHeader, readPrefix, TRAILER, type EntryHeader } from './entry.ts'
import type { ValueSource } from './stored-value.ts'

const open = promisify(fs.open)
const close = promisify(fs.close)
const read = promisify(fs.read)

/** A piece that is read and hashed at a time. */
const PIECE = 2 ** 20
/** Larger values stay in the file and are read as they are asked for. */
const IN_MEMORY = 32 * 2 ** 20

// What is dropped without `close` gives its place in the table of open files back when it is collected.
const forgotten = new FinalizationRegistry<number>((fd) => fs.close(fd, () => {}))
// What is being read is not forgotten, even if nobody else holds it.
const inUse = new Map<Promise<unknown>, object>()

/** The file is not as it was written. */
export class DamagedEntry extends Error {}

/** An entry that has been opened and found whole. */
export interface OpenEntry extends ValueSource {
  readonly header: EntryHeader
  close(): Promise<void>
}

/**
 * Opens an entry and checks every byte of it.
 * @throws DamagedEntry when it is not what was written under this key; system errors (ENOENT: there is none)
 */
export async function openEntry(path: string, key: string): Promise<OpenEntry> {
  const fd = await open(path, 'r')
  try {
    const { header, start } = await checkEntry(fd, key)
    return {
      header,
      read: (at, size) => readAt(fd, start + at, size),
      open: (at, size) => openPart(path, fd, start + at, size),
      close: () => close(fd),
    }
  } catch (error) {
    await close(fd)
    throw error
  }
}

async function checkEntry(fd: number, key: string): Promise<{ header: EntryHeader; start: number }> {
  const { size } = await promisify(fs.fstat)(fd)
  const prefix = readPrefix(await readAt(fd, 0, Math.min(PREFIX, size)))
  if (prefix === undefined || PREFIX + prefix.header + TRAILER > size) throw new DamagedEntry('it does not begin as entries do')
  const hash = entryHash()
  for (let at = 0; at < size - TRAILER; at += PIECE) {
    hash.update(await readAt(fd, at, Math.min(PIECE, size - TRAILER - at)))
  }
  if (!hash.digest().equals(await readAt(fd, size - TRAILER, TRAILER))) throw new DamagedEntry('its hash is another')
  const header = readHeader(await readAt(fd, PREFIX, prefix.header))
  const start = PREFIX + prefix.header
  if (header.key !== key || start + header.size + TRAILER !== size) throw new DamagedEntry('it belongs to another key')
  return { header, start }
}

/** A large value keeps the file open, which stays readable when the entry is evicted; a small one is read at once. */
async function openPart(path: string, fd: number, start: number, size: number): Promise<StoredBytes> {
  if (size > IN_MEMORY) return filePart(await sameFile(path, fd), start, size)
  let held: Buffer | undefined = await readAt(fd, start, size)
  return {
    size,
    get residentBytes() {
      return held?.byteLength ?? 0
    },
    async read(from, to) {
      if (held === undefined) throw new Error('the stored value was closed')
      return new Uint8Array(held.subarray(from, to))
    },
    async close() {
      held = undefined
    },
  }
}

/** The file of a descriptor, opened once more; another may have taken its name since. */
async function sameFile(path: string, fd: number): Promise<number> {
  const stat = promisify(fs.fstat)
  const again = await open(path, 'r')
  const [first, second] = await Promise.all([stat(fd), stat(again)])
  if (first.ino === second.ino && first.dev === second.dev) return again
  await close(again)
  throw new DamagedEntry('it was replaced while it was read')
}

function filePart(fd: number, start: number, size: number): StoredBytes {
  const reads = new Set<Promise<unknown>>() // closing waits for them: the number of a file is used again
  let isOpen = true
  const part: StoredBytes = {
    size,
    residentBytes: 0,
    async read(from, to) {
      if (!isOpen) throw new Error('the stored value was closed')
      const reading = readAt(fd, start + from, to - from)
      reads.add(reading)
      inUse.set(reading, part)
      try {
        return await reading
      } finally {
        reads.delete(reading)
        inUse.delete(reading)
      }
    },
    async close() {
      if (!isOpen) return
      isOpen = false
      forgotten.unregister(part)
      await Promise.allSettled(reads)
      await close(fd)
    },
  }
  forgotten.register(part, fd, part)
  return part
}

async function readAt(fd: number, from: number, size: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafeSlow(size) // of its own: typed arrays may be made over it
  for (let done = 0; done < size; ) {
    const { bytesRead } = await read(fd, bytes, done, Math.min(2 ** 30, size - done), from + done)
    if (bytesRead === 0) throw new DamagedEntry('it ends early')
    done += bytesRead
  }
  return bytes
}

/** What the first bytes of an entry say it took, in seconds; 0 for a file that is none. */
export async function secondsIn(path: string): Promise<number> {
  const fd = await open(path, 'r')
  try {
    return readPrefix(await readAt(fd, 0, PREFIX))?.seconds ?? 0
  } catch (error) {
    if (error instanceof DamagedEntry) return 0
    throw error
  } finally {
    await close(fd)
  }
}
