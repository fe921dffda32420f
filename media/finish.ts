import { open, statfs } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { dirname } from 'node:path'
import { MediaError, diskFull, fileError } from './error.ts'
import type { ByteSource } from './byte-source.ts'

/** How a video that ffmpeg has written is checked and completed. */
export interface FinishOptions {
  /** Text for the file's metadata, or null. */
  readonly metadata: string | null
  /** How many frames the video must hold. */
  readonly frames: number
  /** The file as the person knows it, for messages. */
  readonly target: string
}

/** ffmpeg ended well, but frames are missing: the disk is full, or the program is at fault. */
export async function incomplete(found: number, { frames, target }: FinishOptions): Promise<MediaError> {
  const space = await statfs(dirname(target)).catch(() => null)
  if (space && space.bavail * space.bsize < 2 ** 20) return diskFull(target)
  return new MediaError({
    code: 'ffmpeg_failed', path: target, problem: `ffmpeg wrote ${found} of ${frames} frames and gave no reason`,
    remedy: 'Run it again; if it stays so, set FFMPEG_PATH to another ffmpeg.',
  })
}

/** A stretch of the file that is copied from, in bytes. */
export interface Stretch { readonly start: number; readonly end: number }

/** Writes a new file out of stretches of another and of bytes of its own. System errors are about `target`. */
export async function copyParts(
  source: ByteSource, to: string, parts: readonly (Stretch | Buffer)[], target: string,
): Promise<void> {
  try {
    const file = await open(to, 'wx')
    try {
      for (const part of parts) await (Buffer.isBuffer(part) ? writeAll(file, part) : copyStretch(source, part, file))
    } finally {
      await file.close()
    }
  } catch (error) {
    throw fileError(error, target, 'write')
  }
}

const COPY_BYTES = 4 * 2 ** 20

async function copyStretch(source: ByteSource, { start, end }: Stretch, file: FileHandle): Promise<void> {
  for (let at = start; at < end; at += COPY_BYTES) {
    await writeAll(file, await source.read(at, Math.min(COPY_BYTES, end - at)))
  }
}

/** All of these bytes, where the file stands. */
export async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length;) done += (await file.write(bytes, done)).bytesWritten
}
