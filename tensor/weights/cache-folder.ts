import { randomBytes } from 'node:crypto'
import { mkdir, open, readdir, rename, rm, stat, type FileHandle } from 'node:fs/promises'
import { homedir } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'

/** The folder for what can be made again: KINOGRAPH_CACHE_DIR, or kinograph in XDG_CACHE_HOME or ~/.cache. */
export function cacheFolder(...parts: readonly string[]): string {
  const own = process.env['KINOGRAPH_CACHE_DIR']
  const root = own || join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'kinograph')
  return resolve(root, ...parts)
}

/** How long a file of a writer that died may stay behind. */
const STALE_MS = 24 * 3600 * 1000

/**
 * Writes a file so that its name never shows half of it: `write` gets a handle on a hidden file beside it, which is
 * flushed and renamed at the end, and removed when `write` throws. Several processes may write the same file at once:
 * the last to end wins.
 */
export async function writeWhole(path: string, write: (handle: FileHandle) => Promise<void>): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`)
  try {
    const handle = await open(temporary, 'wx')
    try {
      await write(handle)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}

/** Removes what killed writers left in a folder of the cache. */
export async function sweepTemporary(folder: string): Promise<void> {
  const names = await readdir(folder).catch((): string[] => [])
  for (const name of names.filter((n) => n.startsWith('.') && n.endsWith('.tmp'))) {
    const path = join(folder, name)
    const info = await stat(path).catch(() => null)
    if (info && Date.now() - info.mtimeMs > STALE_MS) await rm(path, { force: true })
  }
}
