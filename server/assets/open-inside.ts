/** Opens files below a folder, and nothing else: what was opened is looked at, not what its name promised. */
import { constants, type Stats } from 'node:fs'
import { open, readlink, realpath, stat, type FileHandle } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { systemCode } from '../../media/error.ts'
import { missing } from '../api/errors.ts'
import { checkPath } from './file-names.ts'

/** An open file. Whoever has it closes it. */
export interface OpenedFile {
  readonly handle: FileHandle
  readonly stats: Stats
  /** Where it really is: absolute, no link in it. */
  readonly path: string
  readonly name: string
}

/** Links are not followed at the end of the path, and a pipe does not make us wait for its writer. */
const FLAGS = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)

const GONE = new Set(['ENOENT', 'ENOTDIR', 'ELOOP', 'EISDIR', 'EACCES', 'EPERM', 'ENXIO', 'ENAMETOOLONG', 'EINVAL'])

/**
 * Opens a file below a folder for reading.
 * @throws ApiError 400 for a path that can't be one, 404 for what is not there, is no plain file or lies elsewhere
 */
export async function openInside(root: string, path: string, field = 'path'): Promise<OpenedFile> {
  const parts = checkPath(path, field)
  const name = parts.at(-1)
  if (name === undefined) throw noFile(path)
  const handle = await openPlain(join(root, ...parts), path)
  try {
    const stats = await handle.stat()
    const real = await realPathOf(handle, join(root, ...parts), stats)
    if (!stats.isFile() || real === undefined || !isBelow(real, await realpath(root))) throw noFile(path)
    return { handle, stats, path: real, name }
  } catch (error) {
    await handle.close()
    throw error
  }
}

async function openPlain(target: string, path: string): Promise<FileHandle> {
  try {
    return await open(target, FLAGS)
  } catch (error) {
    if (GONE.has(systemCode(error) ?? '')) throw noFile(path)
    throw error
  }
}

/** Where the open file lies; `undefined` where its name means another one by now. */
async function realPathOf(handle: FileHandle, target: string, stats: Stats): Promise<string | undefined> {
  if (process.platform === 'linux') return readlink(`/proc/self/fd/${handle.fd}`)
  const real = await realpath(target).catch(() => undefined)
  if (real === undefined) return undefined
  const now = await stat(real)
  return now.ino === stats.ino && now.dev === stats.dev ? real : undefined
}

/** Whether a path lies in a folder; both are real paths. */
export function isBelow(path: string, folder: string): boolean {
  return path.startsWith(folder.endsWith(sep) ? folder : folder + sep)
}

/**
 * The real path of a folder below a root; `undefined` where there is none.
 * @throws ApiError 400 for a path that can't be one, 404 where it leads elsewhere
 */
export async function folderInside(root: string, path: string, field = 'folder'): Promise<string | undefined> {
  const target = join(root, ...checkPath(path, field))
  const real = await realpath(target).catch(() => undefined)
  if (real === undefined) return undefined
  const top = await realpath(root)
  if (real !== top && !isBelow(real, top)) throw missing(`the folder "${path}"`, 'GET the folder above to see what there is.')
  return (await stat(real)).isDirectory() ? real : undefined
}

const noFile = (path: string) => missing(`the file "${path.slice(0, 200)}"`, 'GET the folder to see what there is.')
