/**
 * Gives a file of a job its name for good, once. A run may be repeated after a crash at any moment, so each step may
 * find that it was done before:
 *
 * 1. The store names the file. The name is on the disk before anything else happens, and every attempt gets the same.
 * 2. The file is moved there without taking the place of another. Where there is one already, it is ours if its content
 *    is what an attempt was about to move there: then it is replaced. Otherwise the store gives another name.
 * 3. The store notes that the file is there, and its worker is told.
 *
 * The folders on the way must be real ones inside the output folder: no link leads out of it.
 */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { link, lstat, mkdir, open, realpath, rename, rm } from 'node:fs/promises'
import { dirname, isAbsolute, join, relative, sep } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { WorkflowError } from '../../core/workflow/workflow-error.ts'
import type { PublishedName, StagedFile } from '../../worker/protocol-files.ts'
import { failpoint } from '../failpoints.ts'
import type { PublishedFile } from '../job/job.ts'
import type { JobStore, NamedFile } from '../store/store.ts'

/** Names that strangers may have taken before we give up. */
const MOST_NAMES = 10_000

/** @throws WorkflowError where the file can't go where it should */
export async function publishFile(store: JobStore, output: string, job: string, file: StagedFile): Promise<PublishedFile> {
  await checkStaged(output, file)
  const { node, index, prefix, extension, sha256, bytes } = file
  let name: NamedFile | undefined
  for (let tries = 0; tries < MOST_NAMES; tries++) {
    name = await store.named({ job, node, index, prefix, extension, sha256, ...(name && { taken: name.filename }) })
    failpoint('file-named')
    if (!await moveTo(output, name, file)) continue
    failpoint('file-moved')
    const published: PublishedFile = { node, index, filename: name.filename, subfolder: name.subfolder, bytes, sha256 }
    await store.published(job, published)
    failpoint('file-published')
    return published
  }
  throw refused(`other programs have taken ${MOST_NAMES} names like "${prefix}"`, 'Use another filename prefix.')
}

/** What a worker is told of a published file. */
export function nameOf({ filename, subfolder }: PublishedFile): PublishedName {
  return { filename, subfolder }
}

/** Moves the file to its name. False when a file that is not ours is there. */
async function moveTo(output: string, name: NamedFile, { staged, sha256 }: StagedFile): Promise<boolean> {
  const folder = await targetFolder(output, name.subfolder)
  const target = join(folder, name.filename)
  await flush(staged, 'r+')
  if (await moveToFree(staged, target)) {
    await flush(folder, 'r').catch(() => {}) // not every system lets a folder be flushed
    return true
  }
  if (name.isNew || !await isOurs(target, [...name.earlier, sha256])) return false
  await rename(staged, target)
  await flush(folder, 'r').catch(() => {})
  return true
}

/** Moves a file to a name that no file has. False when one has it. */
async function moveToFree(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to)
    await rm(from, { force: true })
    return true
  } catch (error) {
    const code = codeOf(error)
    if (code === 'EEXIST') return false
    if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'ENOSYS' && code !== 'EMLINK') throw asProblem(error, to)
  }
  // A file system without hard links: a look first, which is as good as it gets there.
  if (await exists(to)) return false
  await rename(from, to)
  return true
}

async function isOurs(path: string, contents: readonly string[]): Promise<boolean> {
  const info = await lstat(path).catch(() => undefined)
  if (info === undefined || !info.isFile()) return false
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash)
  return contents.includes(hash.digest('hex'))
}

/** The folder for a file, made where it is not there. @throws WorkflowError where a link stands on the way */
async function targetFolder(output: string, subfolder: string): Promise<string> {
  const root = await realpath(output)
  let folder = root
  for (const part of subfolder.split(/[\\/]/).filter((one) => one !== '' && one !== '.')) {
    if (part === '..') throw outside(subfolder)
    folder = join(folder, part)
    await mkdir(folder).catch((error: unknown) => { if (codeOf(error) !== 'EEXIST') throw asProblem(error, folder) })
    const info = await lstat(folder)
    if (!info.isDirectory()) throw outside(subfolder)
  }
  return folder
}

/** A worker runs plugins: what it names must be a file of its own below the output folder. */
async function checkStaged(output: string, { staged, extension, index }: StagedFile): Promise<void> {
  const isNamed = isAbsolute(staged) && /^[A-Za-z0-9]{1,16}$/.test(extension) && Number.isSafeInteger(index) && index >= 0
  const info = isNamed ? await lstat(staged).catch(() => undefined) : undefined
  if (info === undefined || !info.isFile()) throw refused(`there is no file "${staged}" to be published`, 'The node that saves must make it first.')
  const [root, folder] = await Promise.all([realpath(output), realpath(dirname(staged))])
  if (!isWithin(root, folder)) throw refused(`"${staged}" is not below the output folder`, 'Files are made beside the place where they go.')
}

function isWithin(root: string, path: string): boolean {
  const way = relative(root, path)
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way)
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(() => true, () => false)
}

async function flush(path: string, flags: string): Promise<void> {
  const handle = await open(path, flags)
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}

function asProblem(error: unknown, path: string): WorkflowError {
  const code = codeOf(error) ?? 'an unknown error'
  const remedy = code === 'ENOSPC' ? 'Make room on the disk of the output folder.' : 'Check the output folder and its permissions.'
  return new WorkflowError({ code: 'execution_failed', problem: `"${path}" can't be written (${code})`, remedy }, { cause: error })
}

function outside(subfolder: string): WorkflowError {
  return refused(`the folder "${subfolder}" leads out of the output folder, or is no folder`, 'Use a filename prefix with plain folders in it.')
}

function refused(problem: string, remedy: string): WorkflowError {
  return new WorkflowError({ code: 'execution_failed', problem, remedy })
}
