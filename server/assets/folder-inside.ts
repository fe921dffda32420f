/**
 * Makes and opens folders below a root without ever following a link: not one that was there before, and not one that
 * takes a folder's place between a check and its use. Each step starts from the folder that is open, not from its name.
 */
import { constants } from 'node:fs'
import { lstat, mkdir, open } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { systemCode } from '../../media/error.ts'
import { ApiError } from '../api/errors.ts'

/** What the steps meet where something is a link, is no folder, or was moved away meanwhile. */
const ELSEWHERE = new Set(['ELOOP', 'ENOTDIR', 'ENOENT'])
const FOLDER = constants.O_RDONLY | (constants.O_DIRECTORY ?? 0) | (constants.O_NOFOLLOW ?? 0)

/**
 * Runs `work` with a path of the folder `parts` below `root`, made where it is missing. The path goes on meaning this
 * folder while `work` runs, whatever becomes of its name (on Linux; elsewhere the names are checked one by one).
 * @param field of the request, for the refusal
 * @throws ApiError 400 where a part is a link or no folder
 */
export async function insideFolder<T>(root: string, parts: readonly string[], field: string, work: (path: string) => Promise<T>): Promise<T> {
  await mkdir(root, { recursive: true })
  if (process.platform !== 'linux') return work(await checkedFolder(root, parts, field))
  let at = await open(root, constants.O_RDONLY | constants.O_DIRECTORY) // the root itself may be a link of the owner's
  try {
    for (const part of parts) {
      const next = await step(at, part).catch((error: unknown) => { throw refused(error, parts, field) })
      await at.close()
      at = next
    }
    return await work(`/proc/self/fd/${at.fd}`)
  } catch (error) {
    if (systemCode(error) === 'ENOENT' && (await at.stat()).nlink === 0) throw elsewhere(parts, field) // removed meanwhile
    throw error
  } finally {
    await at.close()
  }
}

async function step({ fd }: FileHandle, part: string): Promise<FileHandle> {
  const path = `/proc/self/fd/${fd}/${part}`
  await mkdir(path).catch(unlessThere)
  return open(path, FOLDER)
}

async function checkedFolder(root: string, parts: readonly string[], field: string): Promise<string> {
  let path = root
  for (const part of parts) {
    path = join(path, part)
    await mkdir(path).catch(unlessThere)
    if (!(await lstat(path)).isDirectory()) throw elsewhere(parts, field)
  }
  return path
}

function unlessThere(error: unknown): void {
  if (systemCode(error) !== 'EEXIST') throw error
}

function refused(error: unknown, parts: readonly string[], field: string): unknown {
  return ELSEWHERE.has(systemCode(error) ?? '') ? elsewhere(parts, field) : error
}

function elsewhere(parts: readonly string[], field: string): ApiError {
  return new ApiError({
    status: 400, code: 'invalid_path', field, message: `"${parts.join('/').slice(0, 200)}" is no folder here, or a link to elsewhere`,
    remedy: 'Name another folder. Links are not followed for writing.',
  })
}
