import { open, realpath, stat, type FileHandle } from 'node:fs/promises'

import { CheckpointError, failer, type Fail } from './error.ts'

/** A regular file open for reading. Reads past its end throw `fail`'s error; nothing else is ever read. */
export interface WeightsFile {
  /** Real path. */
  readonly path: string
  readonly size: number
  readonly fail: Fail
  /** `length` bytes from `offset`. */
  read(offset: number, length: number): Promise<Buffer>
}

/** Opens `path` for the time of `use`. FIFOs, devices and folders are refused before they are opened. */
export async function withFile<T>(path: string, remedy: string, use: (file: WeightsFile) => Promise<T>): Promise<T> {
  const real = await existing(path)
  const fail = failer(real, remedy)
  const handle = await open(real, 'r')
  try {
    const { size } = await handle.stat()
    return await use({
      path: real,
      size,
      fail,
      read: (offset, length) => readExactly(handle, offset, length, size, fail),
    })
  } finally {
    await handle.close()
  }
}

/** The real path of a regular file that is there. */
export async function existing(path: string): Promise<string> {
  try {
    const real = await realpath(path)
    if ((await stat(real)).isFile()) return real
  } catch (cause) {
    throw new CheckpointError({
      file: path,
      problem: `can't be opened (${codeOf(cause)})`,
      remedy: 'Check the path; `kinograph models` lists the places where weights are looked for.',
      cause,
    })
  }
  throw new CheckpointError({
    file: path,
    problem: 'expected a regular file, found something else',
    remedy: 'Give the path of a weights file.',
  })
}

async function readExactly(handle: FileHandle, offset: number, length: number, size: number, fail: Fail) {
  if (offset < 0 || length < 0 || offset + length > size) {
    throw fail(`bytes ${offset} to ${offset + length} were expected, the file has ${size} (truncated)`)
  }
  const bytes = Buffer.allocUnsafeSlow(length) // its own ArrayBuffer, starting at 0
  for (let done = 0; done < length;) {
    // one read is at most 2^31 - 1 bytes on every platform
    const { bytesRead } = await handle.read(bytes, done, Math.min(length - done, 2 ** 30), offset + done)
    if (bytesRead === 0) throw fail(`ended at byte ${offset + done} while it was read (it had ${size} when opened)`)
    done += bytesRead
  }
  return bytes
}

/** The system's name for an error (`ENOENT`), or its message. */
export const codeOf = (error: unknown): string =>
  error instanceof Error
    ? 'code' in error && typeof error.code === 'string'
      ? error.code
      : error.message
    : String(error)
