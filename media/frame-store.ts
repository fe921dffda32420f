import { randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import fs from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { MediaError, fileError } from './error.ts'
import { allocate, frameBytes, frameLength } from './frames.ts'
import type { FrameArray, FrameDType, FrameShape } from './frames.ts'

/** Where written frames lie: memory or a file, behind one face. Ranges are checked by the caller. */
export interface FrameStore<D extends FrameDType> {
  readonly residentBytes: number
  write(index: number, frame: FrameArray<D>): Promise<void>
  read(from: number, to: number): Promise<FrameArray<D>>
  close(): Promise<void>
}

export function memoryStore<D extends FrameDType>(shape: FrameShape<D>): FrameStore<D> {
  let held: FrameArray<D> | null = allocate(shape, shape.count)
  const length = frameLength(shape)
  return {
    get residentBytes() { return held?.byteLength ?? 0 },
    async write(index, frame) { held?.set(frame, index * length) },
    async read(from, to) {
      if (!held) throw closed()
      return held.slice(from * length, to * length) as FrameArray<D>    // slice keeps the kind of array
    },
    async close() { held = null },
  }
}

export const closed = () => new MediaError({
  code: 'closed', problem: 'these frames were closed', remedy: 'Read them before they are closed, or make them again.',
})

const open = promisify(fs.open)
const close = promisify(fs.close)
const read = promisify(fs.read)
const write = promisify(fs.write)

// Frames dropped without close() give their disk space back when they are collected.
const forgotten = new FinalizationRegistry<number>((fd) => fs.close(fd, () => {}))
// A store with work under way is not forgotten, even if nobody else holds it.
const inUse = new Map<Promise<unknown>, object>()

/**
 * Frames in a file that has no name: it is unlinked as soon as it is open, so that the system gives its space back
 * when it is closed and when the process ends in whatever way, SIGKILL and power loss included.
 */
export async function fileStore<D extends FrameDType>(shape: FrameShape<D>, folder = tmpdir()): Promise<FrameStore<D>> {
  const fd = await openNameless(folder)
  const bytes = frameBytes(shape)
  const pending = new Set<Promise<unknown>>()             // closing waits for them: the number of a file is used again
  let isOpen = true
  const use = async <T>(work: Promise<T>, doing: 'read' | 'write'): Promise<T> => {
    pending.add(work)
    inUse.set(work, store)
    try {
      return await work
    } catch (error) {
      throw fileError(error, folder, doing)
    } finally {
      pending.delete(work)
      inUse.delete(work)
    }
  }
  const store: FrameStore<D> = {
    residentBytes: 0,
    async write(index, frame) {
      if (isOpen) await use(writeAll(fd, asBytes(frame), index * bytes), 'write')
    },
    async read(from, to) {
      if (!isOpen) throw closed()
      const into = allocate(shape, to - from)
      await use(readAll(fd, asBytes(into), from * bytes), 'read')
      return into
    },
    async close() {
      if (!isOpen) return
      isOpen = false
      forgotten.unregister(store)
      await Promise.allSettled(pending)
      await close(fd)
    },
  }
  forgotten.register(store, fd, store)
  return store
}

async function openNameless(folder: string): Promise<number> {
  const path = join(folder, `.kinograph-frames-${process.pid}-${randomBytes(6).toString('hex')}`)
  try {
    const fd = await open(path, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL, 0o600)
    await fs.promises.rm(path, { force: true })
    return fd
  } catch (error) {
    throw fileError(error, folder, 'write')
  }
}

const asBytes = (array: FrameArray): Uint8Array => new Uint8Array(array.buffer, array.byteOffset, array.byteLength)

const PART = 2 ** 30                                                  // one system call moves less than 2 GB

async function writeAll(fd: number, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const { bytesWritten } = await write(fd, bytes, done, Math.min(PART, bytes.length - done), position + done)
    done += bytesWritten
  }
}

async function readAll(fd: number, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const { bytesRead } = await read(fd, bytes, done, Math.min(PART, bytes.length - done), position + done)
    if (bytesRead === 0) throw new Error('the file of frames ended early')
    done += bytesRead
  }
}
