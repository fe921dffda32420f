import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'

import { cacheFolder, writeWhole } from './cache-folder.ts'
import { CheckpointError } from './error.ts'
import { codeOf, existing } from './file.ts'
import { isRecord } from './strict-json.ts'

/** Which file it is: recipes and caches are keyed by `hash`. */
export interface FileIdentity {
  /** Real path. */
  readonly path: string
  readonly bytes: number
  /** Milliseconds since 1970. */
  readonly modified: number
  /** sha256 of the content, hex. */
  readonly hash: string
}

/** Files from this size on have their hash kept on disk (8 MB take about 10 ms to hash). */
const KEEP_FROM_BYTES = 8 * 1024 * 1024

/**
 * Identifies a file by its content. A large file is hashed once: its hash is kept in the cache folder under the file's
 * path, size, inode and times to the nanosecond. Throws CheckpointError where it can't be read.
 */
export async function fileIdentity(path: string): Promise<FileIdentity> {
  const real = await existing(path)
  const info = await stat(real, { bigint: true })
  const stamp = [real, info.size, info.ino, info.mtimeNs, info.ctimeNs].join('\n')
  const hash = info.size < KEEP_FROM_BYTES ? await hashFile(real) : await keptHash(real, stamp)
  return { path: real, bytes: Number(info.size), modified: Number(info.mtimeMs), hash }
}

async function keptHash(path: string, stamp: string): Promise<string> {
  const kept = cacheFolder('identity', `${sha256(stamp)}.json`)
  const known = await readKept(kept, stamp)
  if (known) return known
  const hash = await hashFile(path)
  // a cache that can't be written costs time, not the result
  await writeWhole(kept, async (handle) => handle.writeFile(JSON.stringify({ stamp, hash }))).catch(() => undefined)
  return hash
}

async function readKept(path: string, stamp: string): Promise<string | null> {
  try {
    const kept: unknown = JSON.parse(await readFile(path, 'utf8'))
    if (isRecord(kept) && kept['stamp'] === stamp && typeof kept['hash'] === 'string') return kept['hash']
  } catch {
    // not there, or damaged: hashed again
  }
  return null
}

/** sha256 of a text, hex. */
export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256')
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk)
  } catch (cause) {
    throw new CheckpointError({
      file: path,
      problem: `can't be read (${codeOf(cause)})`,
      remedy: 'Check its permissions.',
      cause,
    })
  }
  return hash.digest('hex')
}
