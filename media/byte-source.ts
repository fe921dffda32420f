import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { MediaError, fileError } from './error.ts'

/** Bytes that are read piece by piece, so that a reader of metadata never loads what it doesn't look at. */
export interface ByteSource {
  /** Named in messages. */
  readonly path: string
  readonly size: number
  /** Exactly these bytes; throws MediaError when they are not all there, or more than `MAX_PIECE`. */
  read(position: number, length: number): Promise<Buffer>
}

/** The most that is read at once: far above any workflow, far below what memory minds. */
export const MAX_PIECE = 64 * 2 ** 20

const WINDOW = 16 * 1024                                                // headers lie close together

/** Opens a file for `use` and closes it again. Refuses folders, devices and pipes. System errors become MediaError. */
export async function withHandle<T>(path: string, use: (handle: FileHandle, size: number) => Promise<T>): Promise<T> {
  // Non-blocking, so that a pipe nobody writes to does not hold us.
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
    .catch((error) => { throw fileError(error, path, 'read') })
  try {
    const stats = await handle.stat()
    if (!stats.isFile()) throw broken(path, 'it is not a file')
    return await use(handle, stats.size)
  } catch (error) {
    throw error instanceof Error && 'syscall' in error ? fileError(error, path, 'read') : error
  } finally {
    await handle.close()
  }
}

/** The same, for readers that look at pieces. */
export const withFile = <T>(path: string, use: (source: ByteSource) => Promise<T>): Promise<T> =>
  withHandle(path, (handle, size) => use(fileSource(path, handle, size)))

function fileSource(path: string, handle: FileHandle, size: number): ByteSource {
  let window: Buffer = Buffer.alloc(0)
  let start = 0
  return {
    path, size,
    async read(position, length) {
      checkPiece(path, size, position, length)
      if (position >= start && position + length <= start + window.length) {
        return window.subarray(position - start, position - start + length)
      }
      const piece = Buffer.alloc(Math.min(size - position, Math.max(length, WINDOW)))
      const { bytesRead } = await handle.read(piece, 0, piece.length, position)
      if (bytesRead < length) throw broken(path, 'it became shorter while it was read')
      window = piece.subarray(0, bytesRead)
      start = position
      return window.subarray(0, length)
    },
  }
}

function checkPiece(path: string, size: number, position: number, length: number): void {
  if (!(position >= 0 && length >= 0 && position + length <= size)) throw broken(path, 'it is truncated')
  if (length > MAX_PIECE) throw broken(path, `a part of ${length} bytes is larger than the ${MAX_PIECE} that are read`)
}

/** A file that is not what its kind demands. */
export const broken = (path: string, problem: string, cause?: unknown): MediaError => new MediaError({
  code: 'unreadable', path, problem, remedy: 'The file is damaged or of another kind; use the original one.', cause,
})
