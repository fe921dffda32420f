import { createHash, randomBytes } from 'node:crypto'
import { existsSync, rmSync } from 'node:fs'
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { hostname } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import { fileError, systemCode } from './error.ts'

// A file is made in a folder of its own beside its target, `.kinograph-<host>-<pid>-<random>/`, and moved to its name
// when it is whole and on the disk. A folder and not a file: once it is removed, nobody can make the file again, so an
// ffmpeg that outlives its killed parent for a moment leaves nothing behind.

/** Tells machines that share a folder apart, since process ids mean nothing across them. */
const HOST = createHash('sha256').update(hostname()).digest('hex').slice(0, 6)
const NAME = /^\.kinograph-([0-9a-f]{6})-(\d+)-[0-9a-f]+$/

/** A place to make files before they are shown. */
export interface Stage {
  /** Path inside the stage for a file of this name. */
  path(name: string): string
  /** Flushes the file to the disk; it stays in the stage. */
  flush(name: string): Promise<void>
  /** Flushes the file to the disk and moves it to `target`, taking the place of a file of that name. */
  publish(name: string, target: string): Promise<void>
}

/**
 * Runs `work` with a stage beside `target` (folders on the way are made), and removes the stage whatever happens.
 * Throws what `work` threw, system errors as MediaError about `target`.
 */
export async function withStage<T>(target: string, work: (stage: Stage) => Promise<T>): Promise<T> {
  const parent = dirname(resolve(target))
  const folder = join(parent, `.kinograph-${HOST}-${process.pid}-${randomBytes(6).toString('hex')}`)
  try {
    // Only where it is needed: on a file system that refuses folders, Node's recursive mkdir never comes back.
    if (!existsSync(parent)) await mkdir(parent, { recursive: true })
    await mkdir(folder)
    live.add(folder)
    removeAtExit()
    return await work({
      path: (name) => join(folder, name),
      flush: (name) => flush(join(folder, name), 'r+'),
      publish: (name, to) => publish(join(folder, name), resolve(to)),
    })
  } catch (error) {
    throw systemCode(error) === undefined ? error : fileError(error, target, 'write')
  } finally {
    await removeTree(folder)
    live.delete(folder)
  }
}

const live = new Set<string>()
let watchesExit = false

function removeAtExit(): void {
  if (watchesExit) return
  watchesExit = true
  process.on('exit', removeLiveStages)
}

/** Removes what this process is making, at once: for one that is about to kill itself. */
export function removeLiveStages(): void {
  for (const folder of live) rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
}

async function publish(from: string, to: string): Promise<void> {
  await flush(from, 'r+')
  await rename(from, to)
  await flush(dirname(to), 'r').catch(() => {})                         // not every system lets a folder be flushed
}

async function flush(path: string, flags: string): Promise<void> {
  const handle = await open(path, flags)
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Does not fail: what can't be removed now is an orphan for removeTemporaries later. */
const removeTree = (folder: string): Promise<void> =>
  rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 20 }).catch(() => {})

export interface RemoveOptions {
  /** Remove what this process made, which the caller has killed. Without it: what dead processes of this host made. */
  readonly pid?: number
  /** How many levels of folders below `root` are looked at. Default 8. */
  readonly depth?: number
}

/**
 * Removes unfinished files below `root` and gives the paths of their stages. For the parent of a killed worker (with
 * `pid`), and at start, for what a crash left (without). Stages of living processes and other hosts stay.
 */
export async function removeTemporaries(root: string, { pid, depth = 8 }: RemoveOptions = {}): Promise<string[]> {
  const entries = await readdir(root, { withFileTypes: true }).catch(() => [])
  const removed: string[] = []
  for (const entry of entries) {
    if (!entry.isDirectory()) continue                                  // a link is not followed
    const path = join(root, entry.name)
    if (NAME.test(entry.name)) {
      if (await isOrphan(path, pid)) {
        await removeTree(path)
        removed.push(path)
      }
    } else if (depth > 0) {
      removed.push(...await removeTemporaries(path, { depth: depth - 1, ...(pid === undefined ? {} : { pid }) }))
    }
  }
  return removed
}

async function isOrphan(path: string, pid: number | undefined): Promise<boolean> {
  const [, host, owner] = NAME.exec(basename(path)) ?? []
  if (host !== HOST) return false
  if (pid !== undefined) return Number(owner) === pid
  return Number(owner) === process.pid ? olderThanThisProcess(path) : !isAlive(Number(owner))
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return systemCode(error) === 'EPERM'                                // there, but somebody else's
  }
}

/** A process id is used again after a restart (in a container always the same one): then the stage is older than us. */
async function olderThanThisProcess(path: string): Promise<boolean> {
  const { mtimeMs } = await stat(path)
  return mtimeMs < Date.now() - process.uptime() * 1000 - 1000
}
